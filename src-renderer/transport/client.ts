// What lives here: how the window reaches its host, over a WebSocket or Electron's bridge, behind one interface.
// What may not: anything that knows what the messages mean beyond the contract, and any React.
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import {
  contractMethods,
  type MethodName,
  type MethodParams,
  type MethodResult,
} from '../../src-shared/contract/methods.ts';
import { connectHttp } from './http.ts';
import { IpcTransport } from './ipc.ts';
import type { Transport } from './transport.ts';

/** The contract as typed calls: parameters and results are parsed with its schemas. */
export class Client {
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Where a dropped file or folder lies; null where the host tells no page (a browser). */
  pathOfDropped(file: File): string | null {
    return this.transport.pathOfDropped(file);
  }

  /** Throws `WorkbenchError` with the host's code and message, or `internal` where the answer breaks the contract. */
  async call<N extends MethodName>(name: N, params: MethodParams<N>): Promise<MethodResult<N>> {
    const method = contractMethods[name];
    const reply = await this.transport.request(name, method.params.parse(params));
    if (!reply.ok) throw new WorkbenchError(reply.error.code, reply.error.message);
    const result = method.result.safeParse(reply.result);
    if (!result.success) {
      throw new WorkbenchError(
        'internal',
        `The workbench's answer to «${name}» does not fit its contract: window and workbench are of different versions. Close the window and start the workbench again.`,
        { cause: result.error },
      );
    }
    return result.data as MethodResult<N>;
  }
}

/** Electron's bridge where there is one, else the web host's WebSocket. */
export function createTransport(window: Window): Transport {
  return window.workbench ? new IpcTransport(window.workbench) : connectHttp(window.location);
}
