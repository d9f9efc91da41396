// What lives here: learning prompts from a data set: what from, in which order, how far, and what each checkpoint is worth.
// What may not: arithmetic of losses and gradients (src-main/compute), metrics themselves (evaluation/), and SQL (db/).

/** Uniform in [0, 1): mulberry32, a 32-bit counter of odd stride through an avalanche of products and shifts. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The batches of an epoch (from 1): every image once, in an order that depends on seed and epoch alone, so that an epoch can be
 * gone through again after a crash. The last batch may be smaller.
 */
export function epochBatches(imageCount: number, batchSize: number, seed: number, epoch: number): number[][] {
  const random = createRandom((seed ^ Math.imul(epoch, 0x9e3779b9)) >>> 0);
  const order = Array.from({ length: imageCount }, (_, index) => index);
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return Array.from({ length: Math.ceil(imageCount / batchSize) }, (_, batch) =>
    order.slice(batch * batchSize, (batch + 1) * batchSize),
  );
}

/** Of an epoch, from 1. Cosine as CoOp's: from the whole rate towards 0, changed between epochs. */
export function learningRateOf(
  {
    learningRate,
    schedule,
    epochs,
  }: { readonly learningRate: number; readonly schedule: 'constant' | 'cosine'; readonly epochs: number },
  epoch: number,
): number {
  return schedule === 'constant'
    ? learningRate
    : (learningRate / 2) * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs));
}
