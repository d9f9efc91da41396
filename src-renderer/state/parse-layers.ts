/** `6, 12, 18, 24` as block numbers, ascending and without doubles; null for anything that is not a list of blocks. */
export function parseLayers(text: string, blockCount: number): readonly number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const layers = parts.map(Number);
  if (layers.some((layer) => !Number.isInteger(layer) || layer < 1 || layer > blockCount)) return null;
  return [...new Set(layers)].sort((a, b) => a - b);
}
