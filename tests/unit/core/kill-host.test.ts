import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventSchema } from '../../../src-shared/contract/events.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { readFakeParameters } from './support/fake-training.ts';
import {
  eventually,
  hasEnded,
  importPictures,
  openTestCore,
  temporaryFolder,
  writeTree,
} from './support/harness.ts';

/** Starts a host process and kills it with SIGKILL when a job event says that `images` are done. */
async function runAndKill(
  dataFolder: string,
  datasetId: number | null,
  images: number,
  counts: (job: Job) => boolean = () => true,
): Promise<number> {
  const host = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'support/host-process.ts'),
      dataFolder,
      ...(datasetId === null ? [] : [String(datasetId)]),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        FAKE_COMPUTE_LOG: join(dataFolder, 'fake-compute.log'),
        FAKE_COMPUTE_DELAY_MS: '20',
        FAKE_TRAINING_DELAY_MS: '60',
      },
    },
  );
  onTestFinished(() => void host.kill('SIGKILL'));
  const gone = new Promise((resolve) => host.once('exit', resolve));
  let done = 0;
  for await (const line of createInterface({ input: host.stdout })) {
    const event = eventSchema.parse(JSON.parse(line));
    if (event.event !== 'job.changed' || !counts(event.job)) continue;
    done = event.job.progress.done;
    if (done >= images || hasEnded(event.job)) break;
  }
  host.kill('SIGKILL');
  await gone;
  return done;
}

describe('a host that is killed with kill -9', () => {
  it('loses nothing that was stored, and the next start goes on at the image where it was', async () => {
    const dataFolder = await temporaryFolder();
    const names = Array.from({ length: 60 }, (_, i) => `part-${String(i + 1).padStart(3, '0')}.png`);
    const first = await openTestCore({ dataFolder });
    const { datasetId } = await importPictures(first, names);
    await first.core.close();

    const seen = await runAndKill(dataFolder, datasetId, 8);
    expect(seen).toBeGreaterThanOrEqual(8);
    expect(seen).toBeLessThan(60);
    // Killed a second time while it goes on by itself, without having been asked to.
    const seenAgain = await runAndKill(dataFolder, null, seen + 10);
    expect(seenAgain).toBeGreaterThanOrEqual(seen + 10);

    const last = await openTestCore({ dataFolder });
    const [run, twin] = (await last.core.call('runs.list', { datasetId })).runs;
    expect(twin!.jobId).toBe(run!.jobId);
    expect(run!.scoredCount).toBeGreaterThanOrEqual(seenAgain);
    expect(run!.state).toBe('running');
    expect((await last.jobEnd(run!.jobId)).state).toBe('succeeded');
    for (const { id } of [run!, twin!])
      expect(await last.core.call('runs.get', { runId: id })).toMatchObject({
        scoredCount: 60,
        failedCount: 0,
      });
    expect((await last.core.call('settings.get', {})).values).toEqual({ decided: 'before the end' });
    const { scores } = await last.core.call('runs.scores', { runId: run!.id });
    expect(scores).toEqual(names.map((_, i) => (60 - i) / 100));
    const asked = (await last.computeLog()).filter((line) => line.startsWith('image'));
    expect(new Set(asked).size).toBe(60);
    // At most the two images on their way at each of the two deaths are asked for twice.
    expect(asked.length).toBeLessThanOrEqual(64);
  });

  it('goes on with a training from its last checkpoint, and learns the same', async () => {
    const root = await temporaryFolder();
    const names = ['good/1', 'good/2', 'good/3', 'cut/4', 'cut/5', 'cut/6'];
    const masks = names.slice(3).map((name) => `part/ground_truth/${name}_mask.png`);
    const files = [...names.map((name) => `part/test/${name}.png`), ...masks];
    await writeTree(root, Object.fromEntries(files.map((file) => [file, 'picture' as const])));
    const learn = async (killAt: number | null) => {
      const dataFolder = await temporaryFolder();
      const first = await openTestCore({ dataFolder, computeEnv: { FAKE_TRAINING_DELAY_MS: '60' } });
      const { dataset, job } = await first.core.call('datasets.import', { path: root, layout: 'mvtec' });
      await first.jobEnd(job.id);
      const { modelId, job: importing } = await first.core.call('models.import', {
        path: '/vit-l.safetensors',
      });
      await first.jobEnd(importing.id);
      const settings = { epochs: 4, batchSize: 2, imageSizePx: 56 };
      const { id, jobId } = await first.core.call('trainings.start', {
        ...{ methodId: 'faprompt', modelId, datasetId: dataset.id, settings },
      });
      if (killAt !== null) {
        await first.core.close();
        await runAndKill(dataFolder, null, killAt, (job) => job.progress.message.startsWith('Epoch'));
      }
      const last = killAt === null ? first : await openTestCore({ dataFolder });
      expect((await last.jobEnd(jobId)).state).toBe('succeeded');
      const { losses } = await last.core.call('trainings.get', { trainingId: id });
      const file = join(dataFolder, 'trainings', String(id), 'epoch-0004.safetensors');
      return { losses, values: readFakeParameters(file)?.values };
    };
    const killed = await learn(10);
    expect(killed.losses).toHaveLength(12);
    expect(killed).toEqual(await learn(null));
  });

  // What processes there are is read from /proc.
  it.runIf(process.platform === 'linux')('takes its compute process with it', async () => {
    const dataFolder = await temporaryFolder();
    const first = await openTestCore({ dataFolder });
    const { datasetId } = await importPictures(first, ['a-1.png', 'b-2.png', 'c-3.png', 'd-4.png']);
    await first.core.close();
    await runAndKill(dataFolder, datasetId, 1);
    const marker = join(dataFolder, 'fake-compute.log');
    await eventually(async () => {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const environments = await Promise.all(
        pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
      );
      return !environments.some((environment) => environment.includes(marker));
    });
    expect(first.logs.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});
