import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorkbenchEvent } from '../../../src-shared/contract/events.ts';
import { createComputeClient } from '../../../src-main/core/compute-client/compute-client.ts';
import type {
  ComputeConnection,
  ComputeExit,
  ComputeLauncher,
} from '../../../src-main/core/compute-client/compute-launcher.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { assetsFolder, eventually, projectRoot } from './support/harness.ts';

interface Call {
  readonly kind: string;
  readonly id: number;
  readonly method?: string;
}

/** A process that does only what the test says. */
class ScriptedProcess implements ComputeConnection {
  readonly sent: Call[] = [];
  killed = false;
  private readonly messages: ((message: unknown) => void)[] = [];
  private readonly exits: ((exit: ComputeExit) => void)[] = [];
  send(message: unknown) {
    this.sent.push(message as Call);
  }
  onMessage(listener: (message: unknown) => void) {
    this.messages.push(listener);
  }
  onExit(listener: (exit: ComputeExit) => void) {
    this.exits.push(listener);
  }
  kill() {
    this.killed = true;
    queueMicrotask(() => {
      this.exit({ code: null, signal: 'SIGKILL', detail: '' });
    });
  }
  say(message: unknown) {
    for (const listener of this.messages) listener(message);
  }
  exit(exit: ComputeExit) {
    for (const listener of this.exits) listener(exit);
  }
}

function openClient(launcher?: ComputeLauncher, readyTimeoutMs = 5000) {
  const processes: ScriptedProcess[] = [];
  const events: WorkbenchEvent[] = [];
  const logs: string[] = [];
  const client = createComputeClient({
    launcher: launcher ?? {
      spawn: () => {
        const process = new ScriptedProcess();
        processes.push(process);
        return process;
      },
    },
    log: (level, message) => void logs.push(`${level} ${message}`),
    emit: (event) => void events.push(event),
    abortGraceMs: 50,
    readyTimeoutMs,
  });
  onTestFinished(() => client.close());
  return {
    client,
    processes,
    events,
    logs,
    /** The n-th process once it was started, made ready. */
    ready: async (n: number) => {
      const process = await eventually(() => processes[n]);
      process.say({ kind: 'ready' });
      return process;
    },
  };
}

const info = { onnxRuntimeVersion: '1', executionProviders: [], nodeVersion: 'v24' };
const sentCall = (process: ScriptedProcess, n = 0) =>
  eventually(() => process.sent.filter((message) => message.kind === 'call')[n]);

describe('the compute client', () => {
  it('starts the process when it is first needed and sends nothing before it is ready', async () => {
    const { client, processes, events } = openClient();
    expect(processes).toHaveLength(0);
    const answer = client.call('runtime.info', {});
    const process = await eventually(() => processes[0]);
    expect(process.sent).toEqual([]);
    process.say({ kind: 'ready' });
    const call = await sentCall(process);
    process.say({ kind: 'result', id: call.id, result: info });
    expect(await answer).toEqual(info);
    expect(events.map((event) => event.event === 'compute.changed' && event.state)).toEqual([
      'starting',
      'ready',
    ]);
  });

  it('passes progress and the process’s own errors on', async () => {
    const { client, ready } = openClient();
    const told: unknown[] = [];
    const answer = client.call('runtime.info', {}, { onProgress: (progress) => told.push(progress) });
    const process = await ready(0);
    const { id } = await sentCall(process);
    process.say({ kind: 'progress', id, done: 1, total: 3, message: 'x' });
    process.say({ kind: 'error', id, error: { code: 'corrupt-file', message: 'm.pt is damaged.' } });
    await expect(answer).rejects.toMatchObject({ code: 'corrupt-file', message: 'm.pt is damaged.' });
    expect(told).toEqual([{ done: 1, total: 3, message: 'x' }]);
  });

  it('rejects an answer that is not as agreed, and takes no notice of noise', async () => {
    const { client, ready, logs } = openClient();
    const answer = client.call('runtime.info', {});
    const process = await ready(0);
    const { id } = await sentCall(process);
    for (const noise of [null, 'x', { kind: 'result' }, { kind: 'result', id: 999, result: info }])
      process.say(noise);
    process.say({ kind: 'result', id, result: { version: 1 } });
    await expect(answer).rejects.toMatchObject({ code: 'internal' });
    expect(logs.filter((line) => line.includes('something unknown')).length).toBeGreaterThan(0);
  });

  it('rejects what was on its way when the process dies, and starts another for the next call', async () => {
    const { client, ready, events } = openClient();
    const [one, two] = [client.call('runtime.info', {}), client.call('runtime.info', {})];
    const first = await ready(0);
    await sentCall(first, 1);
    first.exit({ code: null, signal: 'SIGSEGV', detail: 'segmentation fault' });
    await expect(one).rejects.toMatchObject({
      code: 'compute-crashed',
      message: expect.stringMatching(/SIGSEGV.*segmentation fault/),
    });
    await expect(two).rejects.toMatchObject({ code: 'compute-crashed' });
    const three = client.call('runtime.info', {});
    const second = await ready(1);
    const { id } = await sentCall(second);
    second.say({ kind: 'result', id, result: info });
    expect(await three).toEqual(info);
    expect(client.generation).toBe(2);
    expect(events.some((event) => event.event === 'compute.changed' && event.state === 'restarting')).toBe(
      true,
    );
  });

  it('forgets a cancelled call at once, and leaves a process alone that lets go of it', async () => {
    const { client, ready, processes } = openClient();
    const abort = new AbortController();
    const cancelled = client.call('runtime.info', {}, { signal: abort.signal });
    const process = await ready(0);
    const { id } = await sentCall(process);
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(process.sent.at(-1)).toEqual({ kind: 'abort', id });
    const next = client.call('runtime.info', {});
    process.say({ kind: 'error', id, error: { code: 'cancelled', message: '' } });
    const call = await sentCall(process, 1);
    process.say({ kind: 'result', id: call.id, result: info });
    await next;
    expect(process.killed).toBe(false);
    expect(processes).toHaveLength(1);
  });

  it('kills a process that does not let go, and does what overlapped again in the next one', async () => {
    const { client, ready } = openClient();
    const abort = new AbortController();
    const overlapping = client.call('runtime.info', {});
    const stuck = client.call('runtime.info', {}, { signal: abort.signal });
    const first = await ready(0);
    await sentCall(first, 1);
    abort.abort();
    await expect(stuck).rejects.toMatchObject({ code: 'cancelled' });
    const second = await ready(1);
    expect(first.killed).toBe(true);
    const { id } = await sentCall(second);
    second.say({ kind: 'result', id, result: info });
    expect(await overlapping).toEqual(info);
  });

  it('sends a call that belongs to one process to no other', async () => {
    const { client, ready } = openClient();
    const answer = client.call('runtime.info', {}, { generation: 7 });
    await ready(0);
    await expect(answer).rejects.toMatchObject({ name: 'ComputeReplaced' });
  });

  it('does not send what was cancelled while the process started', async () => {
    const { client, ready } = openClient();
    const abort = new AbortController();
    const cancelled = client.call('runtime.info', {}, { signal: abort.signal });
    abort.abort();
    const process = await ready(0);
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(process.sent).toEqual([]);
  });

  it('ends a process that never gets ready', async () => {
    const { client, processes } = openClient(undefined, 30);
    await expect(client.call('runtime.info', {})).rejects.toMatchObject({ code: 'compute-crashed' });
    expect(processes[0]?.killed).toBe(true);
  });

  it('takes no calls once it is closed', async () => {
    const { client, ready } = openClient();
    const answer = client.call('runtime.info', {});
    answer.catch(() => undefined);
    const process = await ready(0);
    await client.close();
    expect(process.killed).toBe(true);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.call('runtime.info', {})).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('the fork launcher', () => {
  it('says what a process wrote before it failed to start', async () => {
    const entryPath = join(assetsFolder, 'no-such-entry.ts');
    const { client } = openClient(createForkLauncher({ entryPath, assetsFolder }));
    await expect(client.call('runtime.info', {})).rejects.toMatchObject({
      code: 'compute-crashed',
      message: expect.stringContaining('no-such-entry.ts'),
    });
  });

  // Windows has no signals to send.
  it.skipIf(process.platform === 'win32')(
    'starts a process that leaves Ctrl+C to its core and ends with it',
    async () => {
      const child = fork(join(projectRoot, 'src-main/compute/child.ts'), [`--assets=${assetsFolder}`], {
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      const ended = once(child, 'exit');
      await once(child, 'message');
      child.kill('SIGINT');
      child.kill('SIGHUP');
      child.send({ kind: 'call', id: 1, method: 'no such method', params: {} });
      expect(await once(child, 'message')).toMatchObject([{ kind: 'error', id: 1 }, undefined]);
      child.disconnect();
      expect(await ended).toEqual([0, null]);
    },
  );
});
