import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComputeExit } from '../../../src-main/core/compute-client/compute-launcher.ts';
import { createUtilityLauncher } from '../../../src-main/electron/utility-launcher.ts';
import { electronWorld } from '../../support/electron-stand-in.ts';

const echo = `
process.parentPort.on('message', ({ data }) => {
  if (data === 'exit') { console.error('the reason it ended'); process.exitCode = 3; setImmediate(() => process.exit()); }
  else if (data === 'hang') { process.parentPort.postMessage('hanging'); for (;;); }
  else process.parentPort.postMessage({ echo: data, args: process.argv.slice(2) });
});
process.parentPort.postMessage('up');
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'utility-'));
  await writeFile(path.join(folder, 'echo.mjs'), echo);
});
afterEach(async () => {
  for (const { child } of electronWorld.utilityProcesses) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function spawn() {
  const launcher = createUtilityLauncher({
    computeEntry: path.join(folder, 'echo.mjs'),
    assetsFolder: '/the assets',
  });
  const connection = launcher.spawn();
  const messages: unknown[] = [];
  const exits: ComputeExit[] = [];
  connection.onMessage((message) => messages.push(message));
  connection.onExit((exit) => exits.push(exit));
  return { connection, messages, exits };
}

describe('the compute process as a utility process', () => {
  it('gets its arguments, and messages keep their typed arrays both ways', async () => {
    const { connection, messages } = spawn();
    await vi.waitFor(() => {
      expect(messages).toEqual(['up']);
    });
    connection.send({ map: Uint16Array.of(1, 65535) });
    await vi.waitFor(() => {
      expect(messages[1]).toEqual({
        echo: { map: Uint16Array.of(1, 65535) },
        args: ['--assets=/the assets'],
      });
    });
    connection.kill();
  });

  it('tells its end once, with its code and what it wrote last, also to who asks later', async () => {
    const { connection, exits } = spawn();
    connection.send('exit');
    await vi.waitFor(() => {
      expect(exits).toEqual([{ code: 3, signal: null, detail: 'the reason it ended' }]);
    });
    const late: ComputeExit[] = [];
    connection.onExit((exit) => late.push(exit));
    expect(late).toEqual(exits);
    connection.send('too late');
    connection.kill();
    expect(exits).toHaveLength(1);
  });

  it('ends at once although it computes without listening', async () => {
    const { connection, messages, exits } = spawn();
    connection.send('hang');
    await vi.waitFor(() => {
      expect(messages).toContain('hanging');
    });
    connection.kill();
    await vi.waitFor(() => {
      expect(exits).toMatchObject([{ code: 9 }]);
    });
  });

  it('may be ended again in the moment when it is gone and has not told yet', async () => {
    const { connection, messages, exits } = spawn();
    await vi.waitFor(() => {
      expect(messages).toEqual(['up']);
    });
    const gone = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
    });
    connection.kill();
    gone.mockRestore();
    expect(exits).toEqual([]);
    connection.kill();
    await vi.waitFor(() => {
      expect(exits).toHaveLength(1);
    });
  });
});
