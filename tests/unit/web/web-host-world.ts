import { once } from 'node:events';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { serverMessageSchema, type ServerMessage } from '../../../src-shared/contract/wire.ts';
import type { AssetResponse } from '../../../src-main/core/core.ts';
import { startWebHost, type WebHost } from '../../../src-main/web/web-host.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Made anew before each test. `core` and `host` may be replaced by a test. */
export const world = {} as { folder: string; core: FakeCore; host: WebHost };

/** Sends exactly this path: `fetch` would tidy `..` away. */
export function get(
  pathAndQuery: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: world.host.port, path: pathAndQuery, method, headers: { ...headers } },
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

export const cookie = () => `workbench-token-${world.host.port}=${world.host.token}`;
export const authorised = (headers: Record<string, string> = {}) => ({
  headers: { Cookie: cookie(), ...headers },
});

export function openSocket(headers: Record<string, string> = {}, address = '/socket'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${world.host.port}${address}`, {
    headers: { Cookie: cookie(), Origin: `http://127.0.0.1:${world.host.port}`, ...headers },
  });
}

export async function opened(headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = openSocket(headers);
  await once(socket, 'open');
  return socket;
}

/** The status with which the upgrade was refused. */
export async function refusedStatus(socket: WebSocket): Promise<number> {
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

export async function nextMessage(socket: WebSocket): Promise<ServerMessage> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return serverMessageSchema.parse(JSON.parse(data.toString('utf8')));
}

/** A web host on a fake core and a made-up window, started before each test of the file that calls this. */
export function useWebHost(): void {
  beforeEach(async () => {
    world.folder = await mkdtemp(path.join(tmpdir(), 'web-host-'));
    const renderer = path.join(world.folder, 'renderer');
    await mkdir(path.join(renderer, 'assets'), { recursive: true });
    await writeFile(
      path.join(renderer, 'index.html'),
      '<meta property="csp-nonce" nonce="WORKBENCH_CSP_NONCE"><title>window</title>',
    );
    await writeFile(path.join(renderer, 'assets', 'index-1a2b.js'), 'export {};');
    await writeFile(path.join(renderer, 'assets', 'index-1a2b.js.map'), '{}');
    await writeFile(path.join(renderer, 'empty.css'), '');
    await writeFile(path.join(world.folder, 'secret.txt'), 'secret');
    await symlink(path.join(world.folder, 'secret.txt'), path.join(renderer, 'linked.txt'));
    await writeFile(path.join(world.folder, 'picture.png'), 'pixels of a picture');
    world.core = createFakeCore(
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
              filePath: path.join(world.folder, 'picture.png'),
            }
          : { status: 404, contentType: 'text/plain', headers: {}, bytes: Buffer.from('no such image') },
    );
    world.host = await startWebHost({ core: world.core, rendererFolder: renderer, port: 0 });
  });
  afterEach(async () => {
    await world.host.close();
    await rm(world.folder, { recursive: true, force: true });
  });
}
