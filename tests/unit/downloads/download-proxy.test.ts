import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpsTransport } from '../../../src-main/core/downloads/https-transport.ts';
import { testAgent } from '../../support/test-transport.ts';
import { failure, setUp, weights } from './support/download-set-up.ts';

describe('a proxy that the environment names', () => {
  /** Answers CONNECT by a tunnel to this machine, or by `refusal`. */
  async function startProxy(port: number, refusal: string | null = null) {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      if (refusal !== null) {
        socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`);
        return;
      }
      const tunnel = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      tunnel.on('error', () => socket.destroy());
      socket.on('error', () => tunnel.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { ca } = testAgent;
    const transport = createHttpsTransport({ agent: { ca: ca!, proxyEnv: { HTTPS_PROXY: url } } });
    return { asked, transport };
  }

  it('carries the download, still encrypted from end to end', async () => {
    const { download, file, server, target } = await setUp();
    const { asked, transport } = await startProxy(server.port);
    await download(file, { transport });
    expect(asked).toEqual([`models.test:${server.port}`]);
    expect(await readFile(target)).toEqual(weights);
  });

  it('that refuses is told as such', async () => {
    const { download, file, server } = await setUp();
    const { transport } = await startProxy(server.port, '403 Forbidden');
    expect(await failure(download(file, { transport }))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('proxy'),
    });
    expect(server.requests).toEqual([]);
  });
});
