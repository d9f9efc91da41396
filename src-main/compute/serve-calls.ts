import type { z } from 'zod';
import { toErrorShape, WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { CallHandlers } from './call-handlers.ts';
import {
  computeMethods,
  computeRequestSchema,
  type ComputeMessage,
  type ComputeMethodName,
} from './protocol.ts';

function isComputeMethod(name: string): name is ComputeMethodName {
  return Object.hasOwn(computeMethods, name);
}

/** Throws `internal` with a sentence instead of zod's list: these messages can end up beside an image. */
function parse(schema: z.ZodType, value: unknown, subject: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const detail = issue === undefined ? '' : `: ${issue.path.join('.')}: ${issue.message}`;
  throw new WorkbenchError('internal', `${subject} was not as agreed${detail}.`);
}

/**
 * Answers messages of the core by `handlers`, parameters and results parsed. Every call gets exactly one answer; an
 * aborted one is answered when its handler has really stopped, so that the core knows when the processor is free.
 */
export function serveCalls(
  handlers: CallHandlers,
  send: (message: ComputeMessage) => void,
): (raw: unknown) => void {
  const running = new Map<number, AbortController>();

  async function answer(id: number, method: string, params: unknown): Promise<ComputeMessage> {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      if (!isComputeMethod(method)) {
        throw new WorkbenchError('unknown-method', `The compute process has no method «${method}».`);
      }
      const { params: paramsSchema, result: resultSchema } = computeMethods[method];
      // The table of handlers has the type of each method; the name that joins the two is only known at run time.
      const handler = handlers[method] as (params: unknown, context: unknown) => Promise<unknown>;
      const result = await handler(parse(paramsSchema, params, `The call of ${method}`), {
        signal: abort.signal,
        report: (progress: { done: number; total: number; message: string }) => {
          send({ kind: 'progress', id, ...progress });
        },
      });
      return { kind: 'result', id, result: parse(resultSchema, result, `The answer to ${method}`) };
    } catch (thrown) {
      const error = abort.signal.aborted
        ? { code: 'cancelled' as const, message: 'Cancelled.' }
        : toErrorShape(thrown);
      return { kind: 'error', id, error };
    } finally {
      running.delete(id);
    }
  }

  return (raw) => {
    const request = computeRequestSchema.safeParse(raw);
    if (!request.success) return;
    if (request.data.kind === 'abort') {
      running.get(request.data.id)?.abort();
      return;
    }
    const { id, method, params } = request.data;
    void answer(id, method, params).then(send);
  };
}
