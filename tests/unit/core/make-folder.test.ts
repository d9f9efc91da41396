import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src-main/core/make-folder.ts';
import { temporaryFolder } from './support/harness.ts';

describe('makeFolder', () => {
  it('makes every folder that is missing, and takes one that is there', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'one', 'two', 'three');
    makeFolder(folder, 'the data folder');
    makeFolder(folder, 'the data folder');
    expect(existsSync(folder)).toBe(true);
  });

  it('takes a link to a folder', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    makeFolder(join(root, 'link', 'data'), 'the data folder');
    expect(existsSync(join(root, 'real', 'data'))).toBe(true);
  });

  it('says plainly that a file is in the way, at the place itself or above it', async () => {
    const root = await temporaryFolder();
    const file = join(root, 'file');
    await writeFile(file, '');
    expect(() => {
      makeFolder(file, 'the data folder');
    }).toThrow(`${file} is a file, not a folder. Choose a folder as the data folder.`);
    expect(() => {
      makeFolder(join(file, 'data'), 'the data folder');
    }).toThrow(`The data folder ${join(file, 'data')} cannot be made: ${file} is a file, not a folder.`);
  });

  // The kernel answers «there is nothing here» to every mkdir in /proc, which is where Node's recursive mkdir goes round.
  it.runIf(process.platform === 'linux')('gives up where a folder takes no new ones', () => {
    expect(() => {
      makeFolder('/proc/anomaly-workbench/data', 'the data folder');
    }).toThrow('The data folder /proc/anomaly-workbench/data cannot be made: /proc takes no new folders.');
  });
});
