import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWebHost } from '../../../src-main/web/web-host.ts';
import {
  authorised,
  cookie,
  get,
  opened,
  openSocket,
  refusedStatus,
  useWebHost,
  world,
} from './web-host-world.ts';

useWebHost();

describe('who may come in', () => {
  it('opens with the printed address, keeps the token as a cookie and takes it out of the address', async () => {
    const answer = await get(world.host.url.slice(world.host.url.indexOf('/?')));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<title>window</title>');
    expect(answer.headers['set-cookie']).toEqual([`${cookie()}; Path=/; HttpOnly; SameSite=Strict`]);
    expect(answer.headers['refresh']).toBe('0; url=/');
  });

  it('keeps the rest of the query when it takes the token out', async () => {
    const answer = await get(`/review?run=3&token=${world.host.token}`);
    expect(answer.headers['refresh']).toBe('0; url=/review?run=3');
  });

  it('opens once with a ticket, which a browser’s command line shows to everyone, and never again', async () => {
    const address = world.host.createTicketUrl().slice(world.host.url.indexOf('/?'));
    expect(address).not.toContain(world.host.token);
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
        const headers = { Cookie: `workbench-token-${world.host.port}=${token.slice(0, 4000)}` };
        expect((await get(address, { headers })).status).toBe(401);
      }
      expect(world.core.assetPaths).toEqual([]);
    },
  );

  it('never redirects to another host, whatever the path looks like', async () => {
    const answer = await get(`//evil.example/?token=${world.host.token}`);
    expect(answer.status).toBe(404);
    expect((await get(`//evil/?token=${world.host.token}`)).status).toBe(404);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])(
    'refuses the Host «%s», as a rebound DNS name sends it',
    async (name) => {
      expect((await get('/', authorised({ Host: name }))).status).toBe(403);
    },
  );

  it('answers to localhost too', async () => {
    expect((await get('/', authorised({ Host: `localhost:${world.host.port}` }))).status).toBe(200);
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
    expect(await refusedStatus(openSocket({ Cookie: `workbench-token-${world.host.port}=wrong` }))).toBe(401);
    expect(await refusedStatus(openSocket({ Host: 'evil.example' }))).toBe(403);
    expect(await refusedStatus(openSocket({}, '/other'))).toBe(400);
    expect(await refusedStatus(openSocket({}, `/socket?token=${world.host.token}`))).toBe(400);
    const withoutOrigin = new WebSocket(`ws://127.0.0.1:${world.host.port}/socket`, {
      headers: { Cookie: cookie() },
    });
    expect(await refusedStatus(withoutOrigin)).toBe(403);
    expect(world.core.subscriberCount).toBe(0);
  });

  it('listens on loopback alone', async () => {
    const outside = connect(world.host.port, '127.0.0.2');
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
      expect(world.core.assetPaths).toEqual([address]);
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
    await writeFile(path.join(world.folder, 'picture.png'), Buffer.alloc(32 * 1024 * 1024));
    const client = connect(world.host.port, '127.0.0.1');
    client.write(
      `GET /assets/image/7 HTTP/1.1\r\nHost: 127.0.0.1:${world.host.port}\r\nCookie: ${cookie()}\r\n\r\n`,
    );
    await once(client, 'data');
    client.destroy();
    expect((await get('/', authorised())).status).toBe(200);
  });
});

describe('starting and stopping', () => {
  it('says which port is taken', async () => {
    await expect(
      startWebHost({
        core: world.core,
        rendererFolder: path.join(world.folder, 'renderer'),
        port: world.host.port,
      }),
    ).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(String(world.host.port)) as string,
    });
  });

  it('says that the window is not built', async () => {
    await expect(
      startWebHost({ core: world.core, rendererFolder: path.join(world.folder, 'nowhere'), port: 0 }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('npm run build') as string,
    });
  });

  it('gives each start another token', async () => {
    const other = await startWebHost({
      core: world.core,
      rendererFolder: path.join(world.folder, 'renderer'),
      port: 0,
    });
    expect(other.token).not.toBe(world.host.token);
    expect(other.token).toMatch(/^[\w-]{43}$/);
    await other.close();
  });

  it('closes with windows open', async () => {
    const socket = await opened();
    const ended = once(socket, 'close');
    await world.host.close();
    await ended;
    expect(world.core.subscriberCount).toBe(0);
  });
});
