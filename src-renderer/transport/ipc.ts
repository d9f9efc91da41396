import { eventSchema, type WorkbenchEvent } from '../../src-shared/contract/events.ts';
import { replySchema, type Reply } from '../../src-shared/contract/methods.ts';
import { shellEventSchema } from '../../src-shared/contract/shell.ts';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';
import { Listeners } from './listeners.ts';
import type { ConnectionState, NativeDesktop, NativePickers, Transport } from './transport.ts';

declare global {
  interface Window {
    /** Present in Electron only: the preload's bridge. */
    readonly workbench?: WorkbenchBridge;
  }
}

/** Requests and events over Electron's preload bridge: there as long as the window is. */
export class IpcTransport implements Transport {
  readonly pickers: NativePickers;
  readonly desktop: NativeDesktop;
  private readonly bridge: WorkbenchBridge;
  private readonly events = new Listeners<WorkbenchEvent>();
  private nextId = 1;

  constructor(bridge: WorkbenchBridge) {
    this.bridge = bridge;
    this.pickers = bridge;
    this.desktop = {
      platform: bridge.platform,
      showShell: (shell) => bridge.showShell(shell),
      openLogFolder: () => bridge.openLogFolder(),
      openExport: (jobId) => bridge.openExport(jobId),
      saveReportPdf: (jobId) => bridge.saveReportPdf(jobId),
      onShellEvent: (listener) =>
        bridge.onShellEvent((message) => {
          const event = shellEventSchema.safeParse(message);
          if (event.success) listener(event.data);
          else console.error('A message of the desktop did not fit the contract.', event.error);
        }),
    };
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
