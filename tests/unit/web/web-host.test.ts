import { once } from 'node:events';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  requestLimitBytes,
  serverMessageSchema,
  type ServerMessage,
} from '../../../src-shared/contract/wire.ts';
import { startWebHost, type WebHost } from '../../../src-main/web/web-host.ts';
import type { AssetResponse } from '../../../src-main/core/core.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder: string;
let core: FakeCore;
let host: WebHost;

/** Sends exactly this path: `fetch` would tidy `..` away. */
function get(
  pathAndQuery: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: host.port, path: pathAndQuery, method, headers: { ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end();
  });
}

const cookie = () => `workbench-token-${host.port}=${host.token}`;
const authorised = (headers: Record<string, string> = {}) => ({ headers: { Cookie: cookie(), ...headers } });

function openSocket(headers: Record<string, string> = {}, address = '/socket'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${host.port}${address}`, {
    headers: { Cookie: cookie(), Origin: `http://127.0.0.1:${host.port}`, ...headers },
  });
}

async function opened(headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = openSocket(headers);
  await once(socket, 'open');
  return socket;
}

/** The status with which the upgrade was refused. */
async function refusedStatus(socket: WebSocket): Promise<number> {
  return await new Promise((resolve, reject) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once('open', () => {
      reject(new Error('the WebSocket was let in'));
    });
    socket.once('error', () => undefined);
  });
}

async function nextMessage(socket: WebSocket): Promise<ServerMessage> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return serverMessageSchema.parse(JSON.parse(data.toString('utf8')));
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'web-host-'));
  const renderer = path.join(folder, 'renderer');
  await mkdir(path.join(renderer, 'assets'), { recursive: true });
  await writeFile(
    path.join(renderer, 'index.html'),
    '<meta property="csp-nonce" nonce="WORKBENCH_CSP_NONCE"><title>window</title>',
  );
  await writeFile(path.join(renderer, 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(path.join(renderer, 'assets', 'index-1a2b.js.map'), '{}');
  await writeFile(path.join(renderer, 'empty.css'), '');
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await symlink(path.join(folder, 'secret.txt'), path.join(renderer, 'linked.txt'));
  await writeFile(path.join(folder, 'picture.png'), 'pixels of a picture');
  core = createFakeCore(
    {
      'settings.get': () => ({ values: { theme: 'dark' } }),
      'settings.set': () => ({ ok: true }),
    },
    (asset): AssetResponse =>
      asset === '/assets/image/7'
        ? {
            status: 200,
            contentType: 'image/png',
            headers: { etag: '"7"' },
            filePath: path.join(folder, 'picture.png'),
          }
        : { status: 404, contentType: 'text/plain', headers: {}, bytes: Buffer.from('no such image') },
  );
  host = await startWebHost({ core, rendererFolder: renderer, port: 0 });
});

afterEach(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

describe('who may come in', () => {
  it('opens with the printed address, keeps the token as a cookie and takes it out of the address', async () => {
    const answer = await get(host.url.slice(host.url.indexOf('/?')));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<title>window</title>');
    expect(answer.headers['set-cookie']).toEqual([`${cookie()}; Path=/; HttpOnly; SameSite=Strict`]);
    expect(answer.headers['refresh']).toBe('0; url=/');
  });

  it('keeps the rest of the query when it takes the token out', async () => {
    const answer = await get(`/review?run=3&token=${host.token}`);
    expect(answer.headers['refresh']).toBe('0; url=/review?run=3');
  });

  it('opens once with a ticket, which a browser’s command line shows to everyone, and never again', async () => {
    const address = host.createTicketUrl().slice(host.url.indexOf('/?'));
    expect(address).not.toContain(host.token);
    const answer = await get(address);
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toContain(cookie());
    expect((await get(address)).status).toBe(401);
  });

  it('opens with the cookie alone, without setting it again', async () => {
    const answer = await get('/', authorised());
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.each(['', 'wrong', 'x'.repeat(10_000)])(
    'refuses the token «%.10s» for pages and assets',
    async (token) => {
      for (const address of ['/', '/assets/index-1a2b.js', '/assets/image/7']) {
        expect((await get(`${address}?token=${token}`)).status).toBe(401);
        const headers = { Cookie: `workbench-token-${host.port}=${token.slice(0, 4000)}` };
        expect((await get(address, { headers })).status).toBe(401);
      }
      expect(core.assetPaths).toEqual([]);
    },
  );

  it('never redirects to another host, whatever the path looks like', async () => {
    const answer = await get(`//evil.example/?token=${host.token}`);
    expect(answer.status).toBe(404);
    expect((await get(`//evil/?token=${host.token}`)).status).toBe(404);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])(
    'refuses the Host «%s», as a rebound DNS name sends it',
    async (name) => {
      expect((await get('/', authorised({ Host: name }))).status).toBe(403);
    },
  );

  it('answers to localhost too', async () => {
    expect((await get('/', authorised({ Host: `localhost:${host.port}` }))).status).toBe(200);
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1'])(
    'refuses the Origin «%s» for pages and WebSockets, token or not',
    async (origin) => {
      expect((await get('/', authorised({ Origin: origin }))).status).toBe(403);
      expect(await refusedStatus(openSocket({ Origin: origin }))).toBe(403);
    },
  );

  it('refuses a WebSocket without token, with a wrong one, without Origin, with a wrong Host, elsewhere', async () => {
    expect(await refusedStatus(openSocket({ Cookie: '' }))).toBe(401);
    expect(await refusedStatus(openSocket({ Cookie: `workbench-token-${host.port}=wrong` }))).toBe(401);
    expect(await refusedStatus(openSocket({ Host: 'evil.example' }))).toBe(403);
    expect(await refusedStatus(openSocket({}, '/other'))).toBe(400);
    expect(await refusedStatus(openSocket({}, `/socket?token=${host.token}`))).toBe(400);
    const withoutOrigin = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, {
      headers: { Cookie: cookie() },
    });
    expect(await refusedStatus(withoutOrigin)).toBe(403);
    expect(core.subscriberCount).toBe(0);
  });

  it('listens on loopback alone', async () => {
    const outside = connect(host.port, '127.0.0.2');
    const [error] = (await once(outside, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('what is served', () => {
  it('sends the window with a policy that allows scripts of its own only, and a fresh nonce each time', async () => {
    const [first, second] = [await get('/', authorised()), await get('/', authorised())];
    const nonce = /nonce="([^"]+)"/.exec(first.body)?.[1] ?? '';
    const policy = String(first.headers['content-security-policy']);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(second.body).not.toContain(nonce);
    expect(first.headers['x-content-type-options']).toBe('nosniff');
    expect(first.headers['referrer-policy']).toBe('no-referrer');
    expect(first.headers['cache-control']).toBe('no-store');
  });

  it('sends files of the window with their type, the empty one too', async () => {
    const script = await get('/assets/index-1a2b.js', authorised());
    expect(script).toMatchObject({ status: 200, body: 'export {};' });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(await get('/empty.css', authorised())).toMatchObject({ status: 200, body: '' });
  });

  it('answers an address of a view with the window', async () => {
    expect((await get('/review/12', authorised())).body).toContain('<title>window</title>');
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '/%5c..%5csecret.txt',
    '//secret.txt',
    '/./secret.txt',
    '/linked.txt',
    '/assets/',
    '/assets/index-1a2b.js.map',
    '/index-1a2b.js%00.png',
    '/etc/passwd.txt',
  ])('finds nothing at %s', async (address) => {
    const answer = await get(address, authorised());
    expect(answer.body).not.toContain('secret');
    expect(answer.status).toBe(404);
  });

  it('streams an asset from the file that the core names, with the core’s headers and a policy that allows nothing', async () => {
    const answer = await get('/assets/image/7', authorised());
    expect(answer).toMatchObject({ status: 200, body: 'pixels of a picture' });
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '19',
      etag: '"7"',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it.each(['/assets/image/../7', '/assets/image/..%2f7', '/assets/image/7%00', '/assets/thumbnail/7/999'])(
    'hands %s to the core as it came and sends its refusal on',
    async (address) => {
      expect(await get(address, authorised())).toMatchObject({ status: 404, body: 'no such image' });
      expect(core.assetPaths).toEqual([address]);
    },
  );

  it('answers HEAD without a body and refuses other methods', async () => {
    expect(await get('/assets/image/7', { ...authorised(), method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
    });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await get('/', { ...authorised(), method });
      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
    }
  });

  it('goes on after a client that leaves in the middle of a file', async () => {
    await writeFile(path.join(folder, 'picture.png'), Buffer.alloc(32 * 1024 * 1024));
    const client = connect(host.port, '127.0.0.1');
    client.write(
      `GET /assets/image/7 HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nCookie: ${cookie()}\r\n\r\n`,
    );
    await once(client, 'data');
    client.destroy();
    expect((await get('/', authorised())).status).toBe(200);
  });
});

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
    core.emit({ event: 'models.changed' });
    expect(await heard).toEqual(Array(2).fill({ kind: 'event', event: { event: 'models.changed' } }));
    first.close();
    second.terminate();
    await vi.waitFor(() => {
      expect(core.subscriberCount).toBe(0);
    });
  });

  it('answers with busy what comes above the number of requests that may be under way at once', async () => {
    const gate = Promise.withResolvers<{ values: Record<string, never> }>();
    await host.close();
    core = createFakeCore({ 'settings.get': () => gate.promise });
    host = await startWebHost({ core, rendererFolder: path.join(folder, 'renderer'), port: 0 });
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
    for (let k = 1; k < emitted; k++) core.emit({ event: 'compute.changed', state: 'ready', message });
    core.emit({ event: 'compute.changed', state: 'restarting', message: 'the last one' });
    socket.resume();
    await vi.waitFor(() => {
      expect(received.at(-1)).toMatchObject({ event: { state: 'restarting', message: 'the last one' } });
    });
    expect(received.length).toBeLessThan(emitted / 4);
    socket.close();
  });
});

describe('starting and stopping', () => {
  it('says which port is taken', async () => {
    await expect(
      startWebHost({ core, rendererFolder: path.join(folder, 'renderer'), port: host.port }),
    ).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(String(host.port)) as string,
    });
  });

  it('says that the window is not built', async () => {
    await expect(
      startWebHost({ core, rendererFolder: path.join(folder, 'nowhere'), port: 0 }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('npm run build') as string,
    });
  });

  it('gives each start another token', async () => {
    const other = await startWebHost({ core, rendererFolder: path.join(folder, 'renderer'), port: 0 });
    expect(other.token).not.toBe(host.token);
    expect(other.token).toMatch(/^[\w-]{43}$/);
    await other.close();
  });

  it('closes with windows open', async () => {
    const socket = await opened();
    const ended = once(socket, 'close');
    await host.close();
    await ended;
    expect(core.subscriberCount).toBe(0);
  });
});
