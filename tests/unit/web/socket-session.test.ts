import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  requestLimitBytes,
  serverMessageSchema,
  type ServerMessage,
} from '../../../src-shared/contract/wire.ts';
import { startWebHost } from '../../../src-main/web/web-host.ts';
import { createFakeCore } from '../../support/fake-core.ts';
import { nextMessage, opened, useWebHost, world } from './web-host-world.ts';

useWebHost();

describe('requests and events over the WebSocket', () => {
  it('answers a request with the reply of the same id', async () => {
    const socket = await opened();
    socket.send(JSON.stringify({ id: 5, method: 'settings.get', params: {} }));
    expect(await nextMessage(socket)).toEqual({
      kind: 'reply',
      reply: { id: 5, ok: true, result: { values: { theme: 'dark' } } },
    });
    socket.close();
  });

  it('answers unknown methods, wrong parameters, strangers to the contract and broken JSON, and stays open', async () => {
    const socket = await opened();
    const ask = async (text: string) => {
      socket.send(text);
      return await nextMessage(socket);
    };
    expect(await ask(JSON.stringify({ id: 1, method: 'no.such', params: {} }))).toMatchObject({
      reply: { id: 1, ok: false, error: { code: 'unknown-method' } },
    });
    expect(await ask(JSON.stringify({ id: 2, method: '__proto__', params: {} }))).toMatchObject({
      reply: { id: 2, error: { code: 'unknown-method' } },
    });
    expect(await ask(JSON.stringify({ id: 3, method: 'settings.set', params: { key: 4 } }))).toMatchObject({
      reply: { id: 3, error: { code: 'bad-request' } },
    });
    for (const text of ['{', '', '[]', 'null', '"text"', '{"id":"x"}'])
      expect(await ask(text)).toMatchObject({ reply: { ok: false, error: { code: 'bad-request' } } });
    expect(await ask(JSON.stringify({ id: 9, method: 'settings.get', params: {} }))).toMatchObject({
      reply: { id: 9, ok: true },
    });
    socket.close();
  });

  it('closes the connection of a message that is too large or not text, and serves the others', async () => {
    const large = await opened();
    large.send('x'.repeat(requestLimitBytes + 1));
    const [largeCode] = (await once(large, 'close')) as [number];
    expect(largeCode).toBe(1009);
    const binary = await opened();
    binary.send(Buffer.from([1, 2, 3]));
    const [binaryCode] = (await once(binary, 'close')) as [number];
    expect(binaryCode).toBe(1003);
    const other = await opened();
    other.send(JSON.stringify({ id: 1, method: 'settings.get', params: {} }));
    expect(await nextMessage(other)).toMatchObject({ reply: { id: 1, ok: true } });
    other.close();
  });

  it('tells events to every window and forgets a window that closed', async () => {
    const [first, second] = [await opened(), await opened()];
    const heard = Promise.all([nextMessage(first), nextMessage(second)]);
    world.core.emit({ event: 'models.changed' });
    expect(await heard).toEqual(Array(2).fill({ kind: 'event', event: { event: 'models.changed' } }));
    first.close();
    second.terminate();
    await vi.waitFor(() => {
      expect(world.core.subscriberCount).toBe(0);
    });
  });

  it('answers with busy what comes above the number of requests that may be under way at once', async () => {
    const gate = Promise.withResolvers<{ values: Record<string, never> }>();
    await world.host.close();
    world.core = createFakeCore({ 'settings.get': () => gate.promise });
    world.host = await startWebHost({
      core: world.core,
      rendererFolder: path.join(world.folder, 'renderer'),
      port: 0,
    });
    const socket = await opened();
    const replies: ServerMessage[] = [];
    socket.on('message', (data: Buffer) => replies.push(serverMessageSchema.parse(JSON.parse(String(data)))));
    for (let id = 1; id <= 65; id++) socket.send(JSON.stringify({ id, method: 'settings.get', params: {} }));
    await vi.waitFor(() => {
      expect(replies).toMatchObject([{ reply: { id: 65, ok: false, error: { code: 'busy' } } }]);
    });
    gate.resolve({ values: {} });
    await vi.waitFor(() => {
      expect(replies).toHaveLength(65);
    });
    socket.close();
  });

  it('holds one event a kind for a window that does not read, not all of them', async () => {
    const socket = await opened();
    const received: ServerMessage[] = [];
    socket.pause();
    socket.on('message', (data: Buffer) =>
      received.push(serverMessageSchema.parse(JSON.parse(String(data)))),
    );
    const message = 'm'.repeat(20_000);
    const emitted = 4000;
    for (let k = 1; k < emitted; k++) world.core.emit({ event: 'compute.changed', state: 'ready', message });
    world.core.emit({ event: 'compute.changed', state: 'restarting', message: 'the last one' });
    socket.resume();
    await vi.waitFor(() => {
      expect(received.at(-1)).toMatchObject({ event: { state: 'restarting', message: 'the last one' } });
    });
    expect(received.length).toBeLessThan(emitted / 4);
    socket.close();
  });
});
