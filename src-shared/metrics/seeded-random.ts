/**
 * Random numbers in [0, 1) that are the same on every machine: sfc32 (Chris Doty-Humphrey's small fast counting
 * generator, 128 bits of state), begun from a seed and a name so that each name has a stream of its own.
 */
export function seededRandom(seed: number, name = ''): () => number {
  let [a, b, c, counter] = [seed | 0, hashName(name), 0x9e3779b9 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // Until the seed has spread over the whole state.
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x0100_0193);
  return hash | 0;
}
