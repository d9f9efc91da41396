import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const entry = path.join(import.meta.dirname, 'cli-process.ts');

/** Runs the command line as a process of its own, its output into `stdout`. */
function run(args: readonly string[], stdout: number | 'pipe') {
  return new Promise<{ code: number | null; err: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', stdout, 'pipe'] });
    let err = '';
    child.stderr?.on('data', (piece: Buffer) => (err += piece.toString()));
    // A reader that is gone before anything was written.
    child.stdout?.destroy();
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, err });
    });
  });
}

describe('the output of the command line', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'that finds no room on the disk is a failure that is told',
    async () => {
      const full = openSync('/dev/full', 'w');
      const { code, err } = await run(['completion', 'bash'], full);
      closeSync(full);
      expect({ code, told: err.includes('The result could not be written: ') }).toEqual({
        code: 1,
        told: true,
      });
    },
  );

  it('that nobody reads any more is none', async () => {
    expect(await run(['completion', 'bash'], 'pipe')).toEqual({ code: 0, err: '' });
  });
});
