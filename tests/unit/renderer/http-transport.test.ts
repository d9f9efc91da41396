import { describe, expect, it } from 'vitest';
import { Client } from '../../../src-renderer/transport/client.ts';
import { HttpTransport, type SocketLike } from '../../../src-renderer/transport/http.ts';
import type { ConnectionState } from '../../../src-renderer/transport/transport.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';

/** A socket whose other end is the test. */
class FakeSocket implements SocketLike {
  readonly sent: { id: number; method: string; params: unknown }[] = [];
  private readonly listeners = new Map<string, ((event: { data: unknown }) => void)[]>();

  send(text: string): void {
    this.sent.push(JSON.parse(text) as FakeSocket['sent'][number]);
  }

  close(): void {
    this.fire('close');
  }

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  fire(type: 'open' | 'close' | 'message', data: unknown = null): void {
    for (const listener of this.listeners.get(type) ?? []) listener({ data });
  }

  say(message: unknown): void {
    this.fire('message', JSON.stringify(message));
  }
}

function connect() {
  const sockets: FakeSocket[] = [];
  const timers: { action: () => void; delayMs: number }[] = [];
  const states: ConnectionState[] = [];
  const transport = new HttpTransport({
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    setTimer: (action, delayMs) => timers.push({ action, delayMs }),
  });
  transport.onConnection((state) => states.push(state));
  return { transport, client: new Client(transport), sockets, timers, states };
}

const info = { version: '1', dataFolder: '/d', host: 'web', homeFolder: '/h' };

describe('the transport over a WebSocket', () => {
  it('lets requests wait for the connection and gives each its own reply', async () => {
    const { client, sockets } = connect();
    const first = client.call('app.info', {});
    const second = client.call('models.list', {});
    expect(sockets[0]!.sent).toEqual([]);
    sockets[0]!.fire('open');
    const [a, b] = sockets[0]!.sent;
    sockets[0]!.say({ kind: 'reply', reply: { id: b!.id, ok: true, result: { models: [] } } });
    sockets[0]!.say({ kind: 'reply', reply: { id: a!.id, ok: true, result: info } });
    expect(await first).toEqual(info);
    expect(await second).toEqual({ models: [] });
  });

  it('rejects what was sent when the connection breaks, keeps what waits, and connects again ever more slowly', async () => {
    const { client, sockets, timers, states } = connect();
    sockets[0]!.fire('open');
    const lost = client.call('app.info', {});
    sockets[0]!.fire('close');
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    const waiting = client.call('models.list', {});
    timers[0]!.action();
    sockets[1]!.fire('close');
    timers[1]!.action();
    sockets[2]!.fire('open');
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([250, 500]);
    expect(states).toEqual(['connected', 'lost', 'connected']);
    const [request] = sockets[2]!.sent;
    expect(request?.method).toBe('models.list');
    sockets[2]!.say({ kind: 'reply', reply: { id: request!.id, ok: true, result: { models: [] } } });
    expect(await waiting).toEqual({ models: [] });
  });

  it('turns an error reply into the error with its code and message', async () => {
    const { client, sockets } = connect();
    sockets[0]!.fire('open');
    const call = client.call('runs.get', { runId: 7 });
    const error = { code: 'not-found', message: 'There is no run 7.' };
    sockets[0]!.say({ kind: 'reply', reply: { id: sockets[0]!.sent[0]!.id, ok: false, error } });
    await expect(call).rejects.toEqual(new WorkbenchError('not-found', 'There is no run 7.'));
  });

  it('refuses an answer that breaks the contract, in words', async () => {
    const { client, sockets } = connect();
    sockets[0]!.fire('open');
    const call = client.call('app.info', {});
    sockets[0]!.say({
      kind: 'reply',
      reply: { id: sockets[0]!.sent[0]!.id, ok: true, result: { version: 3 } },
    });
    await expect(call).rejects.toThrow(/of different versions/);
  });

  it('never sends parameters that break the contract', async () => {
    const { client, sockets } = connect();
    sockets[0]!.fire('open');
    await expect(client.call('runs.get', { runId: -1 })).rejects.toThrow();
    expect(sockets[0]!.sent).toEqual([]);
  });

  it('hands on events of the contract and drops anything else', () => {
    const { transport, sockets } = connect();
    const events: unknown[] = [];
    const stop = transport.onEvent((event) => events.push(event));
    sockets[0]!.fire('open');
    sockets[0]!.say({ kind: 'event', event: { event: 'models.changed' } });
    sockets[0]!.say({ kind: 'event', event: { event: 'no.such.event' } });
    sockets[0]!.fire('message', 'not json');
    stop();
    sockets[0]!.say({ kind: 'event', event: { event: 'models.changed' } });
    expect(events).toEqual([{ event: 'models.changed' }]);
  });
});
