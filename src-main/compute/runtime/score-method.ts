import { performance } from 'node:perf_hooks';
import { toErrorShape } from '../../../src-shared/contract/errors.ts';
import { encodeFloat16 } from '../../../src-shared/maps/float16.ts';
import type { Method, PreparedMethod } from '../methods/method.ts';
import type { ComputeResult } from '../protocol.ts';

export type MethodResult = ComputeResult<'scan.image'>['results'][number];

/** Runs a method's scoring; what goes wrong in it is said in the result. `shareMs`: what the image cost before. */
export async function scoreMethod(
  { name }: Method,
  run: () => ReturnType<PreparedMethod['score']> | undefined,
  shareMs: number,
): Promise<MethodResult> {
  const startedMs = performance.now();
  try {
    const scored = await run();
    if (!scored) throw new Error(`${name} was not prepared`);
    const { score, patchMap } = scored;
    if (!Number.isFinite(score) || !patchMap.data.every(Number.isFinite))
      throw new Error(`${name} computed something that is no number`);
    return {
      ok: true,
      score,
      rows: patchMap.rows,
      columns: patchMap.columns,
      map: encodeFloat16(patchMap.data),
      durationMs: shareMs + performance.now() - startedMs,
    };
  } catch (thrown) {
    return { ok: false, error: toErrorShape(thrown) };
  }
}
