import { eventSchema, type WorkbenchEvent } from '../../src-shared/contract/events.ts';
import { replySchema, type Reply } from '../../src-shared/contract/methods.ts';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';
import { Listeners } from './listeners.ts';
import type { ConnectionState, NativePickers, Transport } from './transport.ts';

declare global {
  interface Window {
    /** Present in Electron only: the preload's bridge. */
    readonly workbench?: WorkbenchBridge;
  }
}

/** Requests and events over Electron's preload bridge: there as long as the window is. */
export class IpcTransport implements Transport {
  readonly pickers: NativePickers;
  private readonly bridge: WorkbenchBridge;
  private readonly events = new Listeners<WorkbenchEvent>();
  private nextId = 1;

  constructor(bridge: WorkbenchBridge) {
    this.bridge = bridge;
    this.pickers = bridge;
    bridge.onEvent((message) => {
      const event = eventSchema.safeParse(message);
      if (event.success) this.events.emit(event.data);
      else console.error('An event of the workbench did not fit the contract.', event.error);
    });
  }

  async request(method: string, params: unknown): Promise<Reply> {
    return replySchema.parse(await this.bridge.request({ id: this.nextId++, method, params }));
  }

  pathOfDropped(file: File): string | null {
    return this.bridge.pathOfDropped(file) || null;
  }

  onEvent(listener: (event: WorkbenchEvent) => void): () => void {
    return this.events.add(listener);
  }

  connection(): ConnectionState {
    return 'connected';
  }

  onConnection(): () => void {
    return () => undefined;
  }
}
