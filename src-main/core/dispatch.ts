import type { z } from 'zod';
import { toErrorShape, WorkbenchError, type ErrorShape } from '../../src-shared/contract/errors.ts';
import {
  contractMethods,
  isMethodName,
  requestSchema,
  type MethodName,
  type Reply,
} from '../../src-shared/contract/methods.ts';
import type { Log } from './core.ts';
import { fromSystemError } from './error-report.ts';
import type { HandlerRegistry } from './handlers/registry.ts';

export interface Dispatch {
  /** A reply to anything, never a rejection. What has no readable id is answered under id 0. */
  dispatch(request: unknown): Promise<Reply>;
  /** Parses, runs, parses. Rejects with a `WorkbenchError`. */
  call(method: MethodName, params: unknown): Promise<unknown>;
}

export function createDispatch(handlers: HandlerRegistry, log: Log): Dispatch {
  async function call(method: MethodName, params: unknown): Promise<unknown> {
    const { params: paramsSchema, result: resultSchema } = contractMethods[method];
    const parsed = paramsSchema.safeParse(params ?? {});
    if (!parsed.success) {
      throw new WorkbenchError('bad-request', `${method}: ${describeIssues(parsed.error)}.`);
    }
    const handler = handlers.get(method);
    if (handler === undefined) throw new WorkbenchError('unknown-method', `There is no method «${method}».`);
    const result = resultSchema.safeParse(await handler(parsed.data as never));
    if (result.success) return result.data;
    log('error', `The result of ${method} does not fit the contract: ${describeIssues(result.error)}`);
    throw new WorkbenchError(
      'internal',
      `The answer to ${method} was not as agreed. This is a fault of the program, not of your data; please report it.`,
    );
  }

  /** Logs defects with their trace; what a user can act on needs none. */
  function toShape(thrown: unknown, method: string): ErrorShape {
    const known = fromSystemError(thrown, 'a file that this needs');
    if (!(known instanceof WorkbenchError)) {
      log(
        'error',
        `${method} failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
      );
    }
    return toErrorShape(known);
  }

  return {
    async dispatch(raw) {
      const request = requestSchema.safeParse(raw);
      if (!request.success) {
        return {
          id: idOf(raw),
          ok: false,
          error: {
            code: 'bad-request',
            message: `The request is malformed: ${describeIssues(request.error)}.`,
          },
        };
      }
      const { id, method, params } = request.data;
      if (!isMethodName(method)) {
        return {
          id,
          ok: false,
          error: { code: 'unknown-method', message: `There is no method «${method}».` },
        };
      }
      try {
        return { id, ok: true, result: await call(method, params) };
      } catch (thrown) {
        return { id, ok: false, error: toShape(thrown, method) };
      }
    },
    async call(method, params) {
      try {
        return await call(method, params);
      } catch (thrown) {
        if (thrown instanceof WorkbenchError) throw thrown;
        const { code, message } = toShape(thrown, method);
        throw new WorkbenchError(code, message, { cause: thrown });
      }
    },
  };
}

function idOf(raw: unknown): number {
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : null;
  return Number.isSafeInteger(id) ? (id as number) : 0;
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`))
    .join('; ');
}
