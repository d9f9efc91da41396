import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { JobContext } from '../../../src-main/core/jobs/job-kind.ts';
import { eventually } from './support/harness.ts';
import { gatedWork, openQueue } from './support/queue-harness.ts';

describe('the job queue', () => {
  it('runs computing jobs one after another and an import beside them', async () => {
    const gated = gatedWork();
    const { add, state } = await openQueue(gated.work);
    const [a, b, c] = [add('a'), add('b', 'model-import'), add('c', 'dataset-import')];
    expect(gated.started).toEqual(['a', 'c']);
    expect([state(a), state(b), state(c)]).toEqual(['running', 'queued', 'running']);
    gated.release('a');
    await eventually(() => state(b) === 'running');
    expect(state(a)).toBe('succeeded');
  });

  it('tells of a job that has to wait', async () => {
    const gated = gatedWork();
    const { add, events } = await openQueue(gated.work);
    add('a');
    const waiting = add('b');
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'job.changed',
        job: expect.objectContaining({ id: waiting, state: 'queued' }),
      }),
    );
  });

  it('sets the state and starts the next job before cancelling returns, though the job never listens', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const [a, b] = [add('a'), add('b')];
    expect(queue.cancel(a).state).toBe('cancelled');
    expect(state(b)).toBe('running');
    expect(gated.contexts.get('a')?.signal.aborted).toBe(true);
  });

  it('lets nothing be stored by an attempt that was cancelled, also when the job runs again', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const a = add('a');
    const old = gated.contexts.get('a')!;
    queue.cancel(a);
    queue.resume(a);
    expect(state(a)).toBe('running');
    expect(() => old.store(() => 'written')).toThrow(expect.objectContaining({ code: 'cancelled' }));
    expect(gated.contexts.get('a')!.store(() => 'written')).toBe('written');
    expect(gated.contexts.get('a')!.pass).not.toBe(old.pass);
  });

  it('pauses a job at once and starts the next; resumed, it comes before those that were added after it', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const [a, b, c] = [add('a'), add('b'), add('c')];
    expect(queue.pause(a)).toMatchObject({ state: 'paused', finishedAtMs: null });
    expect(gated.contexts.get('a')?.signal.aborted).toBe(true);
    expect([state(b), state(c)]).toEqual(['running', 'queued']);
    expect(queue.resume(a).state).toBe('queued');
    gated.release('b');
    await eventually(() => state(a) === 'running');
    expect(state(c)).toBe('queued');
  });

  it('keeps a paused job as it is when the program starts again, until it is resumed', async () => {
    const first = gatedWork();
    const before = await openQueue(first.work);
    const a = before.add('a');
    before.queue.pause(a);
    before.queue.close();
    const second = gatedWork();
    const after = await openQueue(second.work, { dataFolder: before.dataFolder });
    after.queue.tick();
    expect(after.state(a)).toBe('paused');
    expect(second.started).toEqual([]);
    after.queue.resume(a);
    expect(after.state(a)).toBe('running');
  });

  it('puts a waiting job before the others, and none that does not wait', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const [a, b, c] = [add('a'), add('b'), add('c')];
    expect(queue.putFirst(c)).toMatchObject({ state: 'queued' });
    expect(() => queue.putFirst(a)).toThrow(/«a» is not waiting/);
    queue.cancel(a);
    expect([state(c), state(b)]).toEqual(['running', 'queued']);
  });

  it('pauses a job that waits, and cancels a paused one for good', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const [a, b] = [add('a'), add('b')];
    queue.pause(b);
    gated.release('a');
    await eventually(() => state(a) === 'succeeded');
    expect(state(b)).toBe('paused');
    expect(queue.cancel(b)).toMatchObject({ state: 'cancelled', finishedAtMs: expect.any(Number) });
    expect(queue.pause(b).state).toBe('cancelled');
  });

  it('refuses to pause what would begin again', async () => {
    const { queue } = await openQueue(gatedWork().work);
    const id = queue.add({ kind: 'model-import', title: 'ViT-L', payload: {} });
    expect(() => queue.pause(id)).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringContaining('«ViT-L»') }),
    );
  });

  it('keeps the state of a job that was cancelled while it ended', async () => {
    const gated = gatedWork();
    const { add, queue, state } = await openQueue(gated.work);
    const a = add('a');
    queue.cancel(a);
    gated.release('a');
    await queue.settled();
    expect(state(a)).toBe('cancelled');
  });

  it('stores why a job failed, and runs it again when it is resumed', async () => {
    const gated = gatedWork();
    const { add, queue, jobs, state } = await openQueue(gated.work);
    const a = add('a');
    gated.fail('a', new WorkbenchError('corrupt-file', 'a.pt is damaged.'));
    await eventually(() => state(a) === 'failed');
    expect(jobs.get(a)?.error).toEqual({ code: 'corrupt-file', message: 'a.pt is damaged.' });
    queue.resume(a);
    expect(jobs.get(a)).toMatchObject({ state: 'running', error: null });
  });

  it('parses a stored payload again and fails a job whose payload no longer fits', async () => {
    const { queue, jobs, state } = await openQueue(() => Promise.resolve());
    const id = queue.add({ kind: 'scan', title: 'old', payload: { nom: 'a' } });
    queue.wake();
    await eventually(() => state(id) === 'failed');
    expect(jobs.get(id)?.error?.code).toBe('internal');
  });

  it('reports rate and time left over the last moments', async () => {
    const gated = gatedWork();
    const { add, queue } = await openQueue(gated.work);
    const a = add('a');
    const { report } = gated.contexts.get('a')!;
    report({ done: 0, total: 100, message: 'x' });
    expect(queue.get(a)?.progress).toMatchObject({ ratePerSecond: null, secondsLeft: null });
    for (let done = 1; done <= 5; done++) {
      const untilMs = performance.now() + 20;
      await eventually(() => performance.now() >= untilMs);
      report({ done, total: 100, message: 'x' });
    }
    const { ratePerSecond, secondsLeft } = queue.get(a)!.progress;
    expect(ratePerSecond).toBeGreaterThan(5);
    expect(ratePerSecond).toBeLessThanOrEqual(50.5);
    expect(secondsLeft).toBeCloseTo(95 / ratePerSecond!, 6);
  });

  it('tells the time left that a job reckons by itself, and the rate that it comes to', async () => {
    const gated = gatedWork();
    const { add, queue } = await openQueue(gated.work);
    const a = add('a');
    const { report } = gated.contexts.get('a')!;
    report({ done: 10, total: 100, message: 'x', secondsLeft: 45 });
    expect(queue.get(a)?.progress).toMatchObject({ ratePerSecond: 2, secondsLeft: 45 });
    report({ done: 20, total: 100, message: 'x', secondsLeft: null });
    expect(queue.get(a)?.progress).toMatchObject({ ratePerSecond: null, secondsLeft: null });
    report({ done: 100, total: 100, message: 'x', secondsLeft: 3 });
    expect(queue.get(a)?.progress).toMatchObject({ ratePerSecond: null, secondsLeft: 3 });
  });
});

describe('a full disk', () => {
  it('stops neither a job whose progress cannot be stored nor the closing of the queue', async () => {
    const gated = gatedWork();
    const { add, queue, jobs, state, logs } = await openQueue(gated.work);
    const job = add('a');
    const refuse = () => {
      throw new WorkbenchError('disk-full', 'There is no room.');
    };
    const repository = jobs as { saveProgress: unknown; releaseOwner: unknown };
    const { saveProgress } = jobs;
    repository.saveProgress = refuse;
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5000);
    onTestFinished(() => void vi.restoreAllMocks());
    gated.contexts.get('a')?.report({ done: 1, total: 2, message: 'half' });
    expect(state(job)).toBe('running');
    expect(queue.get(job)?.progress.done).toBe(1);
    expect(logs.some((line) => line.includes(`The progress of job ${job} could not be stored`))).toBe(true);
    repository.saveProgress = saveProgress;
    gated.release('a');
    await eventually(() => state(job) === 'succeeded');
    expect(jobs.get(job)?.progress.done).toBe(1);

    add('b');
    repository.releaseOwner = refuse;
    queue.close();
    expect(gated.contexts.get('b')?.signal.aborted).toBe(true);
  });

  it('tells whoever waits of an end that cannot be stored, at every try, until it is stored', async () => {
    const gated = gatedWork();
    const { add, queue, jobs, state, events } = await openQueue(gated.work);
    const job = add('a');
    const { finish } = jobs;
    const repository = jobs as { finish: unknown };
    repository.finish = () => {
      throw new WorkbenchError('disk-full', 'There is no room.');
    };
    gated.release('a');
    await eventually(() => queue.get(job)?.unstoredEnd !== undefined);
    queue.tick();
    queue.tick();
    const told = events.flatMap((event) =>
      event.event === 'job.changed' ? (event.job.unstoredEnd?.triedCount ?? []) : [],
    );
    expect(told).toEqual([1, 2, 3]);
    const reason = { code: 'disk-full', message: 'There is no room.' };
    expect(queue.list()[0]).toMatchObject({
      state: 'running',
      unstoredEnd: { state: 'succeeded', error: null, reason, triedCount: 3 },
    });
    repository.finish = finish;
    queue.tick();
    expect(queue.get(job)).not.toHaveProperty('unstoredEnd');
    expect(state(job)).toBe('succeeded');
  });

  it('fails the job with a reason that can be acted on, and the end is stored once there is room', async () => {
    const fill = (_: string, context: JobContext) => {
      for (;;) {
        context.store(() => {
          full.database.run('INSERT INTO settings (key, value) VALUES (?, ?)', [
            randomUUID(),
            'x'.repeat(50_000),
          ]);
        });
      }
    };
    const full = await openQueue((name, context) => Promise.resolve().then(() => fill(name, context)));
    const pages = Number(full.database.pragma('page_count'));
    full.database.pragma(`max_page_count = ${pages + 40}`);
    const job = full.add('fill');
    await eventually(
      () => full.state(job) === 'failed' || full.logs.some((line) => line.includes('could not be stored')),
    );
    full.database.pragma('max_page_count = 100000');
    full.queue.tick();
    expect(full.jobs.get(job)).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
    expect(full.jobs.get(job)?.error?.message).toContain(full.database.filePath);
    expect(full.database.pragma('integrity_check')).toBe('ok');
  });
});
