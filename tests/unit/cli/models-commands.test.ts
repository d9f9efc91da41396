import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mostTriesToStore } from '../../../src-main/cli/cli-session.ts';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { CatalogueEntry, CatalogueItem } from '../../../src-shared/domain/catalogue.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { catalogueEntry, publishedFile } from '../../support/checkpoint-server.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';
import { cli, job, model, preview, run } from './fake-cli.ts';

const diskUse = {
  models: [{ modelId: 'vit-b-16', sizeBytes: 600_100_000 }],
  promptSets: [{ promptSetId: 1, sizeBytes: 100_000 }],
  downloadsBytes: 300_000_000,
  totalBytes: 900_200_000,
};
const noUse = { models: [], promptSets: [], downloadsBytes: 0, totalBytes: 0 };

describe('models', () => {
  it('lists them for people and programs', async () => {
    const core = () =>
      createFakeCore({ 'models.list': () => ({ models: [model] }), 'models.diskUse': () => diskUse });
    expect((await cli(core(), ['models', 'list', '--json'])).json()).toEqual({
      models: [{ ...model, diskBytes: 600_100_000 }],
      downloadsBytes: 300_000_000,
      totalBytes: 900_200_000,
    });
    const { out } = await cli(core(), ['models', 'list']);
    expect(out).toMatch(/vit-b-16 +ViT-B\/16 +width 768, 12 blocks, 12 heads.* 600 MB +\/models/);
    expect(out).toContain('Models, prompts and downloads take 900 MB, 300 MB of it downloads.\n');
    const empty = createFakeCore({ 'models.list': () => ({ models: [] }), 'models.diskUse': () => noUse });
    const told = (await cli(empty, ['models', 'list'])).out;
    expect(told).toContain('models import');
    expect(told).toContain('models catalogue');
  });

  it('says below the list what is to be said of a model', async () => {
    const models = [model, { ...model, id: 'starter', bundled: true, note: 'for trying out' }];
    const core = createFakeCore({ 'models.list': () => ({ models }), 'models.diskUse': () => noUse });
    expect((await cli(core, ['models', 'list'])).out).toMatch(/\nstarter: for trying out\nModels, prompts/);
  });

  it('inspects a checkpoint and shows what is open, with the flags that answer', async () => {
    const core = createFakeCore({ 'models.inspect': () => preview });
    const { code, out } = await cli(core, ['models', 'inspect', 'x.pt', '--text-heads', '12']);
    expect(code).toBe(0);
    expect(out).toContain('--activation quick_gelu|gelu');
    expect(out).toContain('--vision-heads 16|20');
    expect(out).toContain('The weights are unusually large.');
    expect(core.calls).toEqual([
      { method: 'models.inspect', params: { path: path.resolve('x.pt'), answers: { textHeads: 12 } } },
    ]);
    expect(core.closed).toBe(true);
  });

  it('shows the sizes of a checkpoint that leaves nothing open', async () => {
    const whole = { ...preview, config: model.config, questions: [] };
    const { out } = await cli(createFakeCore({ 'models.inspect': () => whole }), [
      'models',
      'inspect',
      'x.pt',
    ]);
    expect(out).toContain('width 512, 12 blocks, 8 heads, context 77');
  });

  it('never guesses: an import with open questions fails with them and imports nothing', async () => {
    const core = createFakeCore({ 'models.inspect': () => preview });
    const { code, json } = await cli(core, ['models', 'import', 'x.pt', '--json']);
    expect(code).toBe(1);
    expect(json()).toMatchObject({
      error: { code: 'needs-choice', message: expect.stringContaining('--vision-heads') as string },
    });
    expect(core.calls.map(({ method }) => method)).toEqual(['models.inspect']);
  });

  it('imports with a progress line on a terminal and nothing of it elsewhere', async () => {
    const importing = () => {
      const core: FakeCore = createFakeCore({
        'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
        'models.import': () => ({ modelId: model.id, job: job('queued', 0) }),
        'models.list': () => ({ models: [model] }),
        'jobs.get': () => {
          queueMicrotask(() => {
            core.emit({ event: 'job.changed', job: { ...job('succeeded', 10), id: 4 } });
            core.emit({ event: 'job.changed', job: job('running', 4) });
            core.emit({ event: 'job.changed', job: job('succeeded', 10) });
          });
          return job('queued', 0);
        },
      });
      return core;
    };
    const answers = ['--activation', 'gelu', '--vision-heads', '16', '--name', 'mine'];
    const terminal = await cli(importing(), ['models', 'import', 'x.pt', ...answers], true);
    expect(terminal.code).toBe(0);
    expect(terminal.err).toContain('4 B of 10 B  2 B/s  3 s left  writing weights');
    expect(terminal.err.endsWith('\r\u001b[K')).toBe(true);
    expect(terminal.out).toContain('Model vit-b-16');
    const core = importing();
    const piped = await cli(core, ['models', 'import', 'x.pt', ...answers, '--json']);
    expect(piped).toMatchObject({ code: 0, err: '' });
    expect(piped.json()).toEqual({ model });
    expect(core.calls.find(({ method }) => method === 'models.import')?.params).toEqual({
      path: path.resolve('x.pt'),
      answers: { activation: 'gelu', visionHeads: 16 },
      name: 'mine',
    });
    expect(core.subscriberCount).toBe(0);
  });

  it('takes a job up that the process running it left behind', async () => {
    const core: FakeCore = createFakeCore({
      'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
      'models.import': () => ({ modelId: model.id, job: job('running', 0) }),
      'models.list': () => ({ models: [model] }),
      'jobs.get': () => {
        queueMicrotask(() => {
          core.emit({ event: 'job.changed', job: job('running', 3) });
          core.emit({ event: 'job.changed', job: job('queued', 3) });
        });
        return job('running', 3);
      },
      'jobs.resume': () => {
        setImmediate(() => {
          core.emit({ event: 'job.changed', job: job('succeeded', 10) });
        });
        return job('running', 3);
      },
    });
    expect((await cli(core, ['models', 'import', 'x.pt'])).code).toBe(0);
    expect(core.calls.filter(({ method }) => method === 'jobs.resume')).toHaveLength(1);
  });

  it('passes a failed job’s own error on', async () => {
    const core = createFakeCore({
      'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
      'models.import': () => ({ modelId: model.id, job: job('queued', 0) }),
      'jobs.get': () => job('failed', 4, { code: 'disk-full', message: 'There is no room left.' }),
    });
    const { code, json } = await cli(core, ['models', 'import', 'x.pt', '--json']);
    expect(code).toBe(1);
    expect(json()).toEqual({ error: { code: 'disk-full', message: 'There is no room left.' } });
  });

  it('ends with a reason and without a further wait where the end of the work finds no room on the disk', async () => {
    const reason = { code: 'disk-full', message: 'The disk is full. Free some space.' };
    const full = (triedCount: number): Job => ({
      ...job('running', 10),
      unstoredEnd: { state: 'succeeded', error: null, reason, triedCount },
    });
    let toldCount = 0;
    const core: FakeCore = createFakeCore({
      'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
      'models.import': () => ({ modelId: model.id, job: job('running', 0) }),
      'jobs.get': () => {
        setImmediate(() => {
          for (let tried = 1; tried <= mostTriesToStore && core.subscriberCount > 0; tried++) {
            toldCount = tried;
            core.emit({ event: 'job.changed', job: full(tried) });
          }
        });
        return job('running', 9);
      },
    });
    const { code, err } = await cli(core, ['models', 'import', 'x.pt']);
    expect({ code, toldCount }).toEqual({ code: 1, toldCount: mostTriesToStore });
    expect(err).toContain(
      '«Import x.pt» came to its end, but that could not be stored. The disk is full. Free some space. What was stored before is kept; the same command goes on from there.',
    );
    expect(core).toMatchObject({ subscriberCount: 0, closed: true });
  });

  it('says a reason once where work and its end find no room alike', async () => {
    const reason = { code: 'disk-full', message: 'The disk is full.' };
    const unstoredEnd = { state: 'failed' as const, error: reason, reason, triedCount: mostTriesToStore };
    const core = createFakeCore({
      'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
      'models.import': () => ({ modelId: model.id, job: job('running', 0) }),
      'jobs.get': () => ({ ...job('running', 9), unstoredEnd }),
    });
    const { code, err } = await cli(core, ['models', 'import', 'x.pt']);
    expect(code).toBe(1);
    expect(err).toContain('failed, and that could not be stored either. The disk is full. What was stored');
  });

  it('waits on where an end that found no room is stored a moment later', async () => {
    const reason = { code: 'disk-full', message: 'The disk is full.' };
    const core: FakeCore = createFakeCore({
      'models.inspect': () => ({ ...preview, config: model.config, questions: [] }),
      'models.import': () => ({ modelId: model.id, job: job('running', 0) }),
      'models.list': () => ({ models: [model] }),
      'jobs.get': () => {
        setImmediate(() => {
          const triedCount = mostTriesToStore - 1;
          const unstoredEnd = { state: 'succeeded' as const, error: null, reason, triedCount };
          core.emit({ event: 'job.changed', job: { ...job('running', 10), unstoredEnd } });
          core.emit({ event: 'job.changed', job: job('succeeded', 10) });
        });
        return job('running', 9);
      },
    });
    expect((await cli(core, ['models', 'import', 'x.pt'])).code).toBe(0);
  });

  it('removes one', async () => {
    const models = [model, { ...model, id: 'starter', bundled: true }];
    const answers = {
      'models.list': () => ({ models }),
      'models.remove': () => ({ ok: true as const }),
      'runs.list': () => ({ runs: [run(1, { modelId: 'starter' }), run(2, { modelId: 'starter' })] }),
    };
    expect((await cli(createFakeCore(answers), ['models', 'remove', 'vit-b-16', '--json'])).json()).toEqual({
      removed: 'vit-b-16',
      runCount: 0,
    });
    const { out } = await cli(createFakeCore(answers), ['models', 'remove', 'starter']);
    expect(out).toContain('makes it anew');
    expect(out).toContain('2 runs were made with it; their results stay.');
  });

  it('shows one, with the runs that used it', async () => {
    const core = () =>
      createFakeCore({
        'models.list': () => ({ models: [model] }),
        'models.diskUse': () => diskUse,
        'runs.list': () => ({ runs: [run(1, { modelId: 'vit-b-16' }), run(2, {})] }),
      });
    const { out } = await cli(core(), ['models', 'show', 'vit-b-16']);
    expect(out).toContain('on disk     600 MB, weights 367 MB as fp32 (stored as F16');
    expect(out).toContain('used by     1 run\n');
    expect((await cli(core(), ['models', 'show', 'vit-b-16', '--json'])).json()).toEqual({
      model: { ...model, diskBytes: 600_100_000 },
      runCount: 1,
    });
    expect(await cli(core(), ['models', 'show', 'none'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('models list') as string,
    });
  });

  it('renames one', async () => {
    const core = createFakeCore({ 'models.rename': () => ({ ...model, name: 'B16' }) });
    const { out } = await cli(core, ['models', 'rename', 'vit-b-16', 'B16']);
    expect(out).toBe('Model vit-b-16 is called «B16» now.\n');
    expect(core.calls).toEqual([{ method: 'models.rename', params: { modelId: 'vit-b-16', name: 'B16' } }]);
  });

  it('lists what can be fetched, with size and purpose, and what has no file', async () => {
    const file = publishedFile({ url: () => 'https://models.test/weights.pt' }, Buffer.alloc(1_500_000));
    const items = [
      catalogueItem(catalogueEntry(file, { diskBytes: 605_109_252, memoryBytes: 1_620_000_000 })),
      { ...catalogueItem(catalogueEntry(null, { id: 'faprompt', kind: 'prompts' })), importCommand: null },
    ];
    const core = createFakeCore({ 'models.catalogue': () => ({ items }) });
    const { out } = await cli(core, ['models', 'catalogue']);
    expect(out).toMatch(/tiny +model +1\.50 MB +605 MB +1\.62 GB +no +Nothing\./);
    expect(out).toContain('faprompt: Fetch it with a browser.\n');
  });

  it('names what there is when something else is to be fetched', async () => {
    const core = createFakeCore({
      'models.download': () => {
        throw new WorkbenchError('not-found', 'There is no «vit» to download. There are: tiny.');
      },
    });
    expect(await cli(core, ['models', 'download', 'vit'])).toMatchObject({
      code: 1,
      err: 'There is no «vit» to download. There are: tiny.\n',
    });
  });
});

function catalogueItem(entry: CatalogueEntry): CatalogueItem {
  return {
    entry,
    modelId: null,
    promptSetId: null,
    fetchedBytes: 0,
    importCommand: 'models import weights.pt',
  };
}
