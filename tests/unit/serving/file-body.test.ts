import type * as fs from 'node:fs/promises';
import { appendFile, mkdtemp, rm, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFileBody } from '../../../src-main/serving/file-body.ts';

const opened: FileHandle[] = [];
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return {
    ...real,
    open: async (...args: Parameters<typeof fs.open>) => {
      const handle = await real.open(...args);
      opened.push(handle);
      return handle;
    },
  };
});

const isOpen = () => opened.map(({ fd }) => fd !== -1);

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'file-body-'));
  file = path.join(folder, 'file');
  opened.length = 0;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the body of a file', () => {
  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])(
    'brings all its %d bytes and closes it',
    async (size) => {
      const content = Buffer.alloc(size, 'abc');
      await writeFile(file, content);
      opened.length = 0;
      const { body, sizeBytes } = await openFileBody(file);
      expect(sizeBytes).toBe(size);
      expect(Buffer.from(await new Response(body).arrayBuffer()).equals(content)).toBe(true);
      expect(isOpen()).toEqual([false]);
    },
  );

  it('closes it where nobody wants the body', async () => {
    await writeFile(file, 'content');
    opened.length = 0;
    const { body } = await openFileBody(file);
    await body.cancel();
    expect(isOpen()).toEqual([false]);
  });

  it('closes it where somebody goes away in the middle, even while it is being read', async () => {
    await writeFile(file, Buffer.alloc(3_000_000));
    opened.length = 0;
    const reader = (await openFileBody(file)).body.getReader();
    await reader.read();
    const next = reader.read();
    await reader.cancel();
    expect((await next).done).toBe(true);
    expect(isOpen()).toEqual([false]);
  });

  it('brings what was promised, whatever becomes of the file', async () => {
    await writeFile(file, 'content');
    const growing = await openFileBody(file);
    await appendFile(file, ' and more');
    expect(await new Response(growing.body).text()).toBe('content');
    const shrinking = await openFileBody(file);
    await truncate(file, 3);
    expect(await new Response(shrinking.body).text()).toBe('con');
    expect(isOpen().at(-1)).toBe(false);
  });

  it('closes it where it cannot be read', async () => {
    const { body } = await openFileBody(folder);
    await expect(new Response(body).text()).rejects.toMatchObject({ code: 'EISDIR' });
    expect(isOpen()).toEqual([false]);
  });
});
