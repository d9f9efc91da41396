import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { eventually } from './support/harness.ts';
import { gatedWork, openQueue } from './support/queue-harness.ts';

describe('two processes on one data folder', () => {
  it('never run the same job', async () => {
    const [one, two] = [gatedWork(), gatedWork()];
    const a = await openQueue(one.work);
    const b = await openQueue(two.work, { dataFolder: a.dataFolder });
    const job = a.add('a');
    b.queue.tick();
    expect(one.started).toEqual(['a']);
    expect(two.started).toEqual([]);
    expect(b.state(job)).toBe('running');
  });

  it('leave a waiting job to the process that asked for it', async () => {
    const [one, two] = [gatedWork(), gatedWork()];
    const a = await openQueue(one.work);
    const b = await openQueue(two.work, { dataFolder: a.dataFolder });
    a.add('a');
    const waiting = a.add('b');
    b.queue.tick();
    expect(two.started).toEqual([]);
    a.queue.close();
    b.queue.tick();
    expect(two.started).toEqual(['a']);
    expect(b.state(waiting)).toBe('queued');
  });

  it('stop a job in one when the other cancels it', async () => {
    const [one, two] = [gatedWork(), gatedWork()];
    const a = await openQueue(one.work);
    const b = await openQueue(two.work, { dataFolder: a.dataFolder });
    const job = a.add('a');
    expect(b.queue.cancel(job).state).toBe('cancelled');
    expect(one.contexts.get('a')!.signal.aborted).toBe(false);
    expect(() => one.contexts.get('a')!.store(() => 0)).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
    a.queue.tick();
    expect(one.contexts.get('a')!.signal.aborted).toBe(true);
  });

  it('take over a job whose owner was silent for longer than its lease', async () => {
    const [one, two] = [gatedWork(), gatedWork()];
    const a = await openQueue(one.work, { leaseMs: 40 });
    const b = await openQueue(two.work, { dataFolder: a.dataFolder });
    const job = a.add('a');
    b.queue.tick();
    expect(two.started).toEqual([]);
    await eventually(() => {
      b.queue.tick();
      return two.started.includes('a');
    });
    expect(() => one.contexts.get('a')!.store(() => 0)).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
    expect(two.contexts.get('a')!.store(() => 'written')).toBe('written');
    one.release('a');
    await a.queue.settled();
    expect(b.state(job)).toBe('running');
  });

  it('keep a lease alive by ticking', async () => {
    const [one, two] = [gatedWork(), gatedWork()];
    const a = await openQueue(one.work, { leaseMs: 400 });
    const b = await openQueue(two.work, { dataFolder: a.dataFolder });
    a.add('a');
    const endMs = performance.now() + 1000;
    await eventually(() => {
      a.queue.tick();
      b.queue.tick();
      return performance.now() > endMs;
    });
    expect(two.started).toEqual([]);
  });

  it('take over at once from a process that no longer exists, unless only their own jobs are wanted', async () => {
    const gated = gatedWork();
    const a = await openQueue(gated.work, { takeOver: false });
    const dead = { owner: randomUUID(), host: hostname(), pid: 2 ** 22 + 1 };
    const job = a.jobs.insert(
      { kind: 'scan', title: 'left', payload: { name: 'left' } },
      dead,
      Date.now(),
      60_000,
    );
    a.jobs.claim(['scan'], dead, { nowMs: Date.now(), leaseMs: 60_000 }, false);
    expect(a.state(job)).toBe('running');
    a.queue.tick();
    expect(a.state(job)).toBe('queued');
    expect(gated.started).toEqual([]);
    const b = await openQueue(gated.work, { dataFolder: a.dataFolder });
    b.queue.tick();
    expect(gated.started).toEqual(['left']);
    expect(b.state(job)).toBe('running');
  });

  it('end a job that was running each of five times a process died', async () => {
    const gated = gatedWork();
    const a = await openQueue(gated.work, { takeOver: false });
    const dead = () => ({ owner: randomUUID(), host: hostname(), pid: 2 ** 22 + 1 });
    const job = a.jobs.insert(
      { kind: 'scan', title: 'bad', payload: { name: 'bad' } },
      dead(),
      Date.now(),
      60_000,
    );
    for (let death = 0; death < 5; death++) {
      a.queue.tick();
      a.jobs.claim(['scan'], dead(), { nowMs: Date.now(), leaseMs: 60_000 }, true);
    }
    a.queue.tick();
    expect(a.jobs.get(job)).toMatchObject({ state: 'failed', error: { code: 'internal' } });
    expect(a.jobs.get(job)?.error?.message).toContain('stopped 5 times');
    expect(a.events.at(-1)).toMatchObject({ event: 'job.changed', job: { id: job, state: 'failed' } });
  });
});
