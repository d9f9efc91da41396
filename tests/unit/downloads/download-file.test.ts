import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpsTransport } from '../../../src-main/core/downloads/https-transport.ts';
import { publishedFile, someBytes } from '../../support/checkpoint-server.ts';
import { testAgent, testTransport } from '../../support/test-transport.ts';
import { failure, setUp, weights } from './support/download-set-up.ts';

describe('a download', () => {
  it('brings the whole file under its name, with nothing beside it', async () => {
    const { download, file, target, folder, progress, server } = await setUp();
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(await readdir(folder)).toEqual(['weights.pt']);
    expect(progress.at(-1)).toEqual([300_000, 300_000, '']);
    expect(server.requests).toEqual(['models.test /weights.pt -']);
  });

  it('is taken up by itself where the connection broke, and asks only for the rest', async () => {
    const { download, file, target, server } = await setUp();
    server.nextCut(100_000);
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(server.requests).toEqual(['models.test /weights.pt -', 'models.test /weights.pt bytes=100000-']);
  });

  it('keeps what has come when the server stays away, and goes on with it another time', async () => {
    const { download, file, target, server, folder } = await setUp();
    server.nextCut(100_000);
    server.next((_request, response) => response.destroy());
    const error = await failure(download(file));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('These are kept') });
    expect(existsSync(target)).toBe(false);
    expect((await stat(join(folder, 'weights.pt.part'))).size).toBe(100_000);
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(server.requests.at(-1)).toBe('models.test /weights.pt bytes=100000-');
  });

  it('begins anew where the server knows no ranges', async () => {
    const { download, file, target, server } = await setUp();
    const whole = (_request: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': weights.length });
      response.end(weights);
    };
    server.nextCut(100_000);
    server.next(whole);
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(server.requests).toHaveLength(2);
  });

  it('begins anew where the server has another file by now', async () => {
    const { download, target, server } = await setUp();
    const newer = someBytes(300_000, 2);
    server.nextCut(100_000);
    server.next((_request, response) => response.destroy());
    const file = publishedFile(server, newer);
    await failure(download(file));
    server.serve(newer, '"two"');
    await download(file);
    expect(await readFile(target)).toEqual(newer);
    expect(server.requests.at(-1)).toBe('models.test /weights.pt bytes=100000-');
  });

  it('goes on without a mark of the version only where a checksum can tell the pieces apart', async () => {
    const { download, file, target, server } = await setUp();
    server.serve(weights, null);
    server.nextCut(50_000, null);
    await download(file);
    expect(server.requests.at(-1)).toBe('models.test /weights.pt bytes=50000-');
    await rm(target);
    server.nextCut(50_000, null);
    await download({ ...file, sha256: null });
    expect(server.requests.at(-1)).toBe('models.test /weights.pt -');
    expect(await readFile(target)).toEqual(weights);
  });

  it('asks for nothing when every byte had come before the program ended', async () => {
    const { download, file, target, server, folder } = await setUp();
    server.nextCut(100_000);
    server.next((_request, response) => response.destroy());
    await failure(download(file));
    await writeFile(join(folder, 'weights.pt.part'), weights);
    const count = server.requests.length;
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(server.requests).toHaveLength(count);
  });

  it('takes a file that lies there whole, after looking at every byte of it', async () => {
    const { download, file, target, server } = await setUp();
    await writeFile(target, weights);
    await download(file);
    expect(server.requests).toEqual([]);
    await writeFile(target, someBytes(300_000, 3));
    await download(file);
    expect(server.requests).toHaveLength(1);
    expect(await readFile(target)).toEqual(weights);
  });

  it('notices a part that was changed on the disk by its checksum', async () => {
    const { download, file, server, folder } = await setUp();
    server.nextCut(100_000);
    server.next((_request, response) => response.destroy());
    await failure(download(file));
    await writeFile(join(folder, 'weights.pt.part'), someBytes(100_000, 9));
    expect(await failure(download(file))).toMatchObject({ code: 'corrupt-file' });
    await download(file);
  });
});

describe('what comes is refused', () => {
  it('where its checksum is another: both are named, and nothing is kept', async () => {
    const { download, file, folder } = await setUp();
    const other = { ...file, sha256: 'ab'.repeat(32) };
    const error = await failure(download(other));
    expect(error.code).toBe('corrupt-file');
    expect(error.message).toContain(file.sha256);
    expect(error.message).toContain('ab'.repeat(32));
    expect(await readdir(folder)).toEqual([]);
  });

  it('where the beginning of its checksum, all that is known, is another', async () => {
    const { download, file, folder, target } = await setUp();
    const begins = file.sha256!.slice(0, 8);
    await download({ ...file, sha256: null, sha256Prefix: begins });
    expect(existsSync(target)).toBe(true);
    await rm(target);
    const error = await failure(download({ ...file, sha256: null, sha256Prefix: '00000000' }));
    expect(error).toMatchObject({ code: 'corrupt-file', message: expect.stringContaining('00000000…') });
    expect(await readdir(folder)).toEqual([]);
  });

  it('where its length is another, before a byte of it is stored', async () => {
    const { download, file, folder } = await setUp();
    const error = await failure(download({ ...file, sizeBytes: 300_001, mostBytes: 300_001 }));
    expect(error).toMatchObject({ code: 'corrupt-file', message: expect.stringContaining('300001') });
    expect(await readdir(folder)).toEqual([]);
  });

  it('where it is longer than it may be, said beforehand or not', async () => {
    const { download, file, folder, server } = await setUp();
    const unsized = { ...file, sizeBytes: null, sha256: null, mostBytes: 200_000 };
    expect(await failure(download(unsized))).toMatchObject({ code: 'too-large' });
    server.next((_request, response) => {
      response.writeHead(200);
      response.end(weights);
    });
    expect(await failure(download(unsized))).toMatchObject({ code: 'too-large' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('where it is packed: the length and the checksum are those of the file itself', async () => {
    const { download, file, server } = await setUp();
    server.next((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': weights.length });
      response.end(weights);
    });
    expect(await failure(download(file))).toMatchObject({ code: 'unavailable' });
  });
});

describe('a redirect', () => {
  const to = (location: string) => (_request: unknown, response: ServerResponse) => {
    response.writeHead(302, { location });
    response.end();
  };

  it('is followed to a host that the catalogue names, with the range', async () => {
    const { download, file, server, target } = await setUp();
    server.next(to(`https://cdn.models.test:${server.port}/signed?x=1`));
    server.nextCut(100_000);
    server.next(to('/elsewhere-on-the-same-host'));
    await download(file);
    expect(await readFile(target)).toEqual(weights);
    expect(server.requests).toEqual([
      'models.test /weights.pt -',
      'cdn.models.test /signed?x=1 -',
      'models.test /weights.pt bytes=100000-',
      'models.test /elsewhere-on-the-same-host bytes=100000-',
    ]);
  });

  it('is followed to any name below a domain that the catalogue names with *.', async () => {
    const { download, file, server } = await setUp();
    server.next(to(`https://cdn.models.test:${server.port}/a`));
    await download({ ...file, redirectHosts: ['*.models.test'] });
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['a foreign host', (port: number) => `https://elsewhere.test:${port}/weights.pt`],
    [
      'a name that only ends like the publisher’s',
      (port: number) => `https://evilmodels.test:${port}/weights.pt`,
    ],
    ['a connection that anybody can read', (port: number) => `http://cdn.models.test:${port}/weights.pt`],
    ['a name and a password', (port: number) => `https://a:b@cdn.models.test:${port}/weights.pt`],
    ['another port', () => 'https://cdn.models.test/weights.pt'],
    ['a file of this machine', () => 'file:///etc/passwd'],
  ])('is refused to %s, which is never asked', async (_name, location) => {
    const { download, file, server, folder } = await setUp();
    server.next(to(location(server.port)));
    const error = await failure(download({ ...file, redirectHosts: ['cdn.models.test', '*.models.test'] }));
    expect(error).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('sends the download on'),
    });
    expect(server.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not followed for ever', async () => {
    const { download, file, server } = await setUp();
    server.next(...Array.from({ length: 20 }, () => to('/again')));
    expect(await failure(download(file))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('circles'),
    });
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('a download that cannot be had', () => {
  it.each([
    [404, 'not-found'],
    [403, 'forbidden'],
    [503, 'unavailable'],
  ])('says so for status %i', async (status, code) => {
    const { download, file, server } = await setUp();
    server.next((_request, response) => {
      response.writeHead(status);
      response.end('no');
    });
    expect(await failure(download(file))).toMatchObject({
      code,
      message: expect.stringContaining(`status ${status}`),
    });
  });

  it('says what to do without a network', async () => {
    const { download, file } = await setUp();
    const error = await failure(download({ ...file, url: 'https://nowhere.invalid/weights.pt' }));
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain('nowhere.invalid cannot be reached');
    expect(error.message).toContain('no network');
    expect(error.message).toContain('Fetch it elsewhere.');
  });

  it('says it where nobody listens, and where a server is silent', async () => {
    const { download, file, server } = await setUp();
    server.next(() => undefined);
    expect(await failure(download(file, { transport: testTransport(50) }))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('did not answer'),
    });
    await server.stop();
    expect(await failure(download(file))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('refused'),
    });
  });

  it('takes nothing from a server whose certificate nobody vouches for', async () => {
    const { download, file, server } = await setUp();
    const { ca: _ca, ...agent } = testAgent;
    const error = await failure(download(file, { transport: createHttpsTransport({ agent }) }));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('certificate') });
    expect(server.requests).toEqual([]);
  });

  it('stops at once when it is cancelled, and keeps what has come', async () => {
    const { download, file, server, folder } = await setUp();
    server.nextCut(100_000);
    const abort = new AbortController();
    const running = download(file, {
      signal: abort.signal,
      onProgress: (done) => {
        if (done === 100_000) abort.abort(new Error('Enough'));
      },
    });
    await expect(running).rejects.toThrow();
    expect((await stat(join(folder, 'weights.pt.part'))).size).toBe(100_000);
  });

  it('asks for room before it stores anything, and for no more than is missing', async () => {
    const { download, file, server, folder } = await setUp();
    const asked: number[] = [];
    const full = new Error('full');
    await expect(
      download(file, {
        checkSpace: (needed) => {
          asked.push(needed);
          return Promise.reject(full);
        },
      }),
    ).rejects.toBe(full);
    expect(await readdir(folder)).toEqual([]);
    server.nextCut(100_000);
    await download(file, {
      checkSpace: (needed) => {
        asked.push(needed);
        return Promise.resolve();
      },
    });
    expect(asked).toEqual([300_000, 300_000, 200_000]);
  });

  it('says that the disk is full when it is, in the middle of the file', async () => {
    const { download, file, folder, target } = await setUp();
    expect(existsSync('/dev/full'), 'this test needs /dev/full').toBe(true);
    await symlink('/dev/full', join(folder, 'weights.pt.part'));
    expect(await failure(download(file))).toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('no room left'),
    });
    expect(existsSync(target)).toBe(false);
  });
});
