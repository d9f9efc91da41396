// What lives here: stand-ins that several test folders share.
// What may not: tests, and anything the product imports.
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import {
  contractMethods,
  isMethodName,
  requestSchema,
  type MethodName,
  type MethodResult,
  type Reply,
} from '../../src-shared/contract/methods.ts';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { AssetResponse, Core } from '../../src-main/core/core.ts';

type Answers = { [N in MethodName]?: (params: never) => MethodResult<N> | Promise<MethodResult<N>> };

export interface FakeCore extends Core {
  /** Tells every subscriber. */
  emit(event: WorkbenchEvent): void;
  readonly subscriberCount: number;
  readonly assetPaths: readonly string[];
  readonly calls: readonly { readonly method: string; readonly params: unknown }[];
  readonly closed: boolean;
}

/** A core that answers from a table and checks everything with the contract, as the real one does. */
export function createFakeCore(
  answers: Answers,
  asset: (path: string) => AssetResponse = () => ({ status: 404, contentType: 'text/plain', headers: {} }),
): FakeCore {
  const listeners = new Set<(event: WorkbenchEvent) => void>();
  const assetPaths: string[] = [];
  const calls: { method: string; params: unknown }[] = [];
  let closed = false;

  const call = async (method: string, params: unknown): Promise<unknown> => {
    if (!isMethodName(method)) throw new WorkbenchError('unknown-method', `There is no method «${method}».`);
    const parsed = contractMethods[method].params.safeParse(params);
    if (!parsed.success) throw new WorkbenchError('bad-request', parsed.error.message);
    calls.push({ method, params: parsed.data });
    const answer = answers[method] as ((params: unknown) => unknown) | undefined;
    if (answer === undefined) throw new WorkbenchError('unavailable', `The test has no answer to ${method}.`);
    return contractMethods[method].result.parse(await answer(parsed.data));
  };

  return {
    dispatch: async (request): Promise<Reply> => {
      const parsed = requestSchema.safeParse(request);
      if (!parsed.success)
        return { id: -1, ok: false, error: { code: 'bad-request', message: 'That is not a request.' } };
      const { id, method, params } = parsed.data;
      try {
        return { id, ok: true, result: await call(method, params) };
      } catch (error) {
        return { id, ok: false, error: toErrorShape(error) };
      }
    },
    call: async (method, params) => (await call(method, params)) as never,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    asset: (path) => {
      assetPaths.push(path);
      return Promise.resolve(asset(path));
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    get subscriberCount() {
      return listeners.size;
    },
    get closed() {
      return closed;
    },
    assetPaths,
    calls,
  };
}
