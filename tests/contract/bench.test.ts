import { describe, expect, it } from 'vitest';
import { decodeFloat16 } from '../../src-shared/maps/float16.ts';
import type { TestCore } from '../unit/core/support/harness.ts';
import {
  eventually,
  importPictures,
  openTestCore,
  type TestCoreOptions,
} from '../unit/core/support/harness.ts';

const text = { normal: ['good {}'], abnormal: ['bent {}'], templates: ['a {}'] };

async function benchOf(names: readonly string[], options: TestCoreOptions = {}) {
  const test = await openTestCore(options);
  const { datasetId } = await importPictures(test, names);
  const model = await test.core.call('models.import', { path: '/models/clip.safetensors', name: 'clip' });
  await test.jobEnd(model.job.id);
  const { imageIds } = await test.core.call('images.columns', { datasetId, runId: null });
  const wish = { datasetId, modelId: 'clip', methodId: 'clip' as const, settings: {}, imageIds };
  return { test, wish, imageIds };
}

const refusal = async ({ core }: TestCore, method: string, params: unknown) => {
  const reply = await core.dispatch({ id: 1, method, params });
  return reply.ok ? null : reply.error.code;
};

describe('a bench for prompts over the contract', () => {
  it('makes features once, tells how far it is, and scores every image in the order asked for', async () => {
    const { test, wish, imageIds } = await benchOf(['a-25.png', 'b-50.png', 'c-broken.png']);
    const asked = imageIds.toReversed();
    const { benchId, imageCount, rendering } = await test.core.call('bench.open', {
      ...wish,
      imageIds: asked,
    });
    expect({ imageCount, rendering }).toEqual({ imageCount: 3, rendering: { sizePx: 256, sigmaPx: 4 } });
    const { results } = await test.core.call('bench.score', { benchId, prompts: { text } });
    expect(results.map(({ imageId, score }) => [imageId, score])).toEqual([
      [asked[0], null],
      [asked[1], 1.5],
      [asked[2], 1.25],
    ]);
    expect(results[0]).toMatchObject({ rows: 0, columns: 0, map: '', error: 'It is damaged.' });
    const bytes = Buffer.from(results[1]!.map, 'base64');
    const map = decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
    expect([...map]).toEqual([0, 1.5, 0.75, 0.25]);
    await test.core.call('bench.score', { benchId, prompts: null });
    const log = (await test.computeLog()).filter((line) => /^(bench|prepare|score)/.test(line));
    expect(log).toEqual([
      expect.stringMatching(/^bench 1 clip .*features$/),
      ...['prepare c-broken.png', 'prepare b-50.png', 'prepare a-25.png'],
      ...['score bent {}', 'score own words'],
    ]);
    expect(test.events.filter(({ event }) => event === 'bench.preparing')).toEqual(
      [1, 2, 3].map((done) => ({ event: 'bench.preparing', benchId, done, total: 3 })),
    );
    await test.core.call('bench.close', { benchId });
    expect(await refusal(test, 'bench.score', { benchId, prompts: null })).toBe('not-found');
    expect(await test.core.call('bench.close', { benchId })).toEqual({ ok: true });
  });

  it('refuses what cannot lie on a bench', async () => {
    const { test, wish, imageIds } = await benchOf(['a-1.png']);
    const open = (change: object) => refusal(test, 'bench.open', { ...wish, ...change });
    expect(await open({ imageIds: [] })).toBe('bad-request');
    expect(await open({ imageIds: Array.from({ length: 25 }, () => imageIds[0]) })).toBe('bad-request');
    expect(await open({ imageIds: [999_999] })).toBe('not-found');
    expect(await open({ modelId: 'gone' })).toBe('not-found');
    expect(await open({ methodId: 'baseline' })).toBe('unsupported');
    expect(await open({ methodId: 'winclip', settings: { shots: 2 } })).toBe('unsupported');
    expect(await open({ folder: '/' })).toBe('bad-request');
  });

  it('takes words where a method reads words, and learned prompts where it reads those', async () => {
    const { test, wish } = await benchOf(['a-1.png']);
    const words = await test.core.call('bench.open', wish);
    const learned = await test.core.call('bench.open', { ...wish, methodId: 'anomalyclip' });
    const set = await test.core.call('prompts.import', { path: '/prompts/epoch_15.pth' });
    const narrow = await test.core.call('prompts.import', { path: '/prompts/narrow.pth' });
    const score = (benchId: number, prompts: object | null) =>
      refusal(test, 'bench.score', { benchId, prompts });
    expect(await score(words.benchId, { promptSetId: set.id })).toBe('incompatible');
    expect(await score(words.benchId, { text: { ...text, abnormal: [] } })).toBe('bad-request');
    expect(await score(words.benchId, { text, promptSetId: set.id })).toBe('bad-request');
    expect(await score(learned.benchId, null)).toBe('needs-choice');
    expect(await score(learned.benchId, { text })).toBe('incompatible');
    expect(await score(learned.benchId, { promptSetId: narrow.id })).toBe('incompatible');
    expect(await score(learned.benchId, { promptSetId: 999 })).toBe('not-found');
    expect(await score(learned.benchId, { trainingId: 1, epoch: 0 })).toBe('not-found');
    expect(await score(learned.benchId, { promptSetId: set.id })).toBeNull();
    const last = (await test.computeLog()).at(-1);
    expect(last).toMatch(/^score .*prompts.*safetensors$/);
  });

  it('answers the newest of several wishes, and lets those between go', async () => {
    const { test, wish } = await benchOf(['a-1.png'], { computeEnv: { FAKE_COMPUTE_DELAY_MS: '50' } });
    const { benchId } = await test.core.call('bench.open', wish);
    const [, second, third] = await Promise.allSettled(
      ['one {}', 'two {}', 'three {}'].map((state) =>
        test.core.call('bench.score', { benchId, prompts: { text: { ...text, abnormal: [state] } } }),
      ),
    );
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    expect((await test.computeLog()).filter((line) => line.startsWith('score two'))).toEqual([]);
  });

  it('goes on in the next process when one died', async () => {
    const { test, wish } = await benchOf(['a-25.png']);
    const { benchId } = await test.core.call('bench.open', wish);
    const crash = { text: { ...text, abnormal: ['crash {}'] } };
    expect(await refusal(test, 'bench.score', { benchId, prompts: crash })).toBe('compute-crashed');
    const { results } = await test.core.call('bench.score', { benchId, prompts: { text } });
    expect(results).toMatchObject([{ score: 1.25, error: null }]);
    expect((await test.computeLog()).filter((line) => line === 'prepare a-25.png')).toHaveLength(2);
  });

  it('closes the bench used longest ago when there are many', async () => {
    const { test, wish } = await benchOf(['a-1.png']);
    const ids: number[] = [];
    for (let i = 0; i < 4; i++) ids.push((await test.core.call('bench.open', wish)).benchId);
    await test.core.call('bench.score', { benchId: ids[0]!, prompts: { text } });
    await test.core.call('bench.open', wish);
    const closed = () => test.computeLog().then((log) => log.find((line) => line.startsWith('bench close')));
    expect(await eventually(closed)).toBe('bench close 2');
    expect(await refusal(test, 'bench.score', { benchId: ids[1], prompts: { text } })).toBe('not-found');
    expect(await refusal(test, 'bench.score', { benchId: ids[0], prompts: { text } })).toBeNull();
  });
});
