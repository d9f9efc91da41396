import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../src-shared/contract/events.ts';
import type { Reply } from '../../src-shared/contract/methods.ts';
import { serverMessageSchema, socketPath } from '../../src-shared/contract/wire.ts';
import { Listeners } from './listeners.ts';
import type { ConnectionState, Transport } from './transport.ts';

/** What the transport needs of a WebSocket; tests hand in their own. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface HttpTransportOptions {
  readonly openSocket: () => SocketLike;
  readonly setTimer: (action: () => void, delayMs: number) => void;
}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: WorkbenchError) => void;
}

const firstRetryMs = 250;
const longestRetryMs = 4000;

const lostMessage =
  'The connection to the workbench broke before the answer came. Wait until it is back, then look whether it was done.';

/** Requests and events over one WebSocket that is opened again whenever it breaks; requests wait while it is down. */
export class HttpTransport implements Transport {
  readonly pickers = null;
  readonly desktop = null;
  private readonly options: HttpTransportOptions;
  private readonly events = new Listeners<WorkbenchEvent>();
  private readonly connections = new Listeners<ConnectionState>();
  private readonly pending = new Map<number, Pending>();
  private readonly waiting = new Map<number, string>();
  private state: ConnectionState = 'connecting';
  private socket: SocketLike | null = null;
  private nextId = 1;
  private retryMs = firstRetryMs;

  constructor(options: HttpTransportOptions) {
    this.options = options;
    this.connect();
  }

  pathOfDropped(): null {
    return null;
  }

  connection(): ConnectionState {
    return this.state;
  }

  onEvent(listener: (event: WorkbenchEvent) => void): () => void {
    return this.events.add(listener);
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.connections.add(listener);
  }

  request(method: string, params: unknown): Promise<Reply> {
    const id = this.nextId++;
    const text = JSON.stringify({ id, method, params });
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      if (this.state === 'connected' && this.socket) this.socket.send(text);
      else this.waiting.set(id, text);
    });
  }

  private connect(): void {
    const socket = this.options.openSocket();
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.retryMs = firstRetryMs;
      this.setState('connected');
      for (const text of this.waiting.values()) socket.send(text);
      this.waiting.clear();
    });
    socket.addEventListener('message', ({ data }) => {
      this.receive(data);
    });
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.setState('lost');
      this.rejectSent();
      this.options.setTimer(() => {
        this.connect();
      }, this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, longestRetryMs);
    });
  }

  /** What was sent has an unknown fate; what still waits goes out with the next connection. */
  private rejectSent(): void {
    for (const [id, { reject }] of [...this.pending]) {
      if (this.waiting.has(id)) continue;
      this.pending.delete(id);
      reject(new WorkbenchError('unavailable', lostMessage));
    }
  }

  private receive(data: unknown): void {
    const message = serverMessageSchema.safeParse(parseJson(data));
    if (!message.success) {
      console.error('A message of the workbench did not fit the contract.', message.error);
      return;
    }
    switch (message.data.kind) {
      case 'event':
        this.events.emit(message.data.event);
        return;
      case 'reply': {
        const reply = message.data.reply;
        this.pending.get(reply.id)?.resolve(reply);
        this.pending.delete(reply.id);
        return;
      }
    }
  }

  private setState(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.connections.emit(state);
  }
}

function parseJson(data: unknown): unknown {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** The transport of a page that the web host served. */
export function connectHttp(location: Location): HttpTransport {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return new HttpTransport({
    openSocket: () => new WebSocket(`${scheme}://${location.host}${socketPath}`),
    setTimer: (action, delayMs) => void setTimeout(action, delayMs),
  });
}
