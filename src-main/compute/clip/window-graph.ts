import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { add, concat, gather, integers, linear, reshape, slice } from '../tensor-graph/operators.ts';
import type { Tensor } from '../tensor-graph/tensor.ts';
import type { ModelWeights } from './model-weights.ts';
import { addAttention, visionBlock, type Block } from './transformer.ts';

/**
 * Rows that go through the blocks at a time. Enough of them to keep matrix products busy; what is in memory at once grows with
 * this, not with the image: of ViT-L, 2,048 rows are 8 MB a tensor and 32 MB inside the MLP.
 */
const maxRows = 2048;

/**
 * WinCLIP's windows (CVPR 2023, §4.1): every square of side×side patches at stride 1, its embedded patches with the class token
 * in front, goes through the transformer on its own. `tokens` [1 + grid², width] enter the first block. Returns the windows' class
 * tokens after the last block, [(grid - side + 1)², width], in reading order.
 */
export function windowClassTokens(
  config: ClipConfig,
  weights: ModelWeights,
  tokens: Tensor,
  side: number,
  rowsAtOnce = maxRows,
): Tensor {
  const grid = Math.sqrt((tokens.shape[0] ?? 1) - 1);
  const windows = windowRows(grid, side);
  const perWindow = 1 + side * side;
  const chunks = Math.ceil((windows.length * perWindow) / rowsAtOnce);
  const perChunk = Math.ceil(windows.length / chunks);
  const parts: Tensor[] = [];
  for (let first = 0; first < windows.length; first += perChunk)
    parts.push(runWindows(config, weights, tokens, windows.slice(first, first + perChunk)));
  return concat(parts, 0);
}

/** Rows of the tokens, the class token's first, that each window holds. */
export function windowRows(grid: number, side: number): readonly (readonly number[])[] {
  const windows: number[][] = [];
  for (let top = 0; top + side <= grid; top++)
    for (let left = 0; left + side <= grid; left++) {
      const rows = [0];
      for (let y = top; y < top + side; y++)
        for (let x = left; x < left + side; x++) rows.push(1 + y * grid + x);
      windows.push(rows);
    }
  return windows;
}

function runWindows(
  config: ClipConfig,
  weights: ModelWeights,
  tokens: Tensor,
  windows: readonly (readonly number[])[],
): Tensor {
  const { layers } = config.vision;
  const rows = windows.flat();
  const batch = windows.length;
  const indices = integers([rows.length], rows);
  let x: Tensor = tokens;
  for (let layer = 1; layer <= layers; layer++) {
    const block = visionBlock(config, weights, layer);
    const classOnly = layer === layers;
    x =
      layer === 1
        ? firstBlock(block, x, { indices, batch, classOnly })
        : nextBlock(block, x, { batch, classOnly });
  }
  return x;
}

/** In the first block a patch is the same in every window that holds it: it is normalised and projected once. */
function firstBlock(
  block: Block,
  tokens: Tensor,
  { indices, batch, classOnly }: { indices: Tensor; batch: number; classOnly: boolean },
): Tensor {
  const normalised = block.normalise(tokens);
  const spread = (values: Tensor) => gather(values, indices);
  const attending = (values: Tensor) => (classOnly ? classRows(spread(values), batch) : spread(values));
  const mixed = block.mix(
    attending(block.project('query', normalised)),
    spread(block.projectUnbiasedKey(normalised)),
    spread(block.project('value', normalised)),
    batch,
  );
  const { weight, bias } = block.outProjection;
  return block.feedForward(add(attending(tokens), linear(mixed, weight, bias)));
}

/** In the last block only the class tokens go on. */
function nextBlock(
  block: Block,
  x: Tensor,
  { batch, classOnly }: { batch: number; classOnly: boolean },
): Tensor {
  const normalised = block.normalise(x);
  if (!classOnly) return block.feedForward(addAttention(block, x, normalised, { batch }));
  const queries = classRows(normalised, batch);
  return block.feedForward(addAttention(block, classRows(x, batch), normalised, { queries, batch }));
}

/** The first row of each of `batch` sequences. */
function classRows(x: Tensor, batch: number): Tensor {
  const [rows = 0, width = 0] = x.shape;
  return reshape(slice(reshape(x, [batch, rows / batch, width]), 1, 0, 1), [batch, width]);
}
