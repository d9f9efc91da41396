import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Model, ModelPreview, PromptSet } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { runCli } from '../../../src-main/cli/main.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';
import { recordingIo } from './recording-io.ts';

const paths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));

async function cli(core: FakeCore, args: readonly string[], isTerminal = false) {
  const io = recordingIo(isTerminal);
  const code = await runCli(args, { io, paths, openCore: () => Promise.resolve(core) });
  return { code, out: io.out, err: io.err, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

const nothing = () => createFakeCore({});

const model: Model = {
  id: 'vit-b-16',
  name: 'ViT-B/16',
  format: 'openai-torchscript',
  sourceFile: '/models/ViT-B-16.pt',
  sha256: 'a'.repeat(64),
  config: {
    embeddingSize: 512,
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
    vision: { width: 768, layers: 12, heads: 12, patchSize: 16, gridSize: 14, mlpWidth: 3072 },
    text: { width: 512, layers: 12, heads: 8, contextLength: 77, vocabularySize: 49408, mlpWidth: 2048 },
  },
  sourceDtype: 'F16',
  sizeBytes: 350 * 1024 * 1024,
  importedAtMs: 1,
};

const preview: ModelPreview = {
  path: '/models/x.pt',
  suggestedName: 'x',
  format: 'torch-zip',
  sourceDtype: 'F32',
  config: null,
  questions: [
    {
      field: 'activation',
      message: 'The checkpoint does not say its activation.',
      choices: ['quick_gelu', 'gelu'],
    },
    { field: 'visionHeads', message: 'Width 1280 does not say its heads.', choices: [16, 20] },
  ],
  warnings: ['The weights are unusually large.'],
  sizeBytes: 1024 * 1024,
};

function job(state: Job['state'], done: number, error: Job['error'] = null): Job {
  return {
    id: 5,
    kind: 'model-import',
    title: 'Import x.pt',
    state,
    progress: { done, total: 10, ratePerSecond: 2, secondsLeft: 3, message: 'writing weights' },
    error,
    datasetId: null,
    runId: null,
    modelId: 'vit-b-16',
    createdAtMs: 1,
    startedAtMs: 2,
    finishedAtMs: null,
  };
}

const dataset: Dataset = {
  id: 1,
  name: 'plates',
  root: '/plates',
  layout: 'folder',
  state: 'ready',
  createdAtMs: 1,
  imageCount: 1,
  problemCount: 0,
  classes: [{ name: 'plates', good: 0, anomalous: 0, unlabelled: 1, masks: 0 }],
};

function run(id: number, made: Partial<Run>): Run {
  return {
    id,
    datasetId: 1,
    methodId: 'clip',
    modelId: null,
    promptSetId: null,
    settings: {},
    rendering: { sizePx: 518, sigmaPx: 0 },
    state: 'succeeded',
    jobId: id,
    createdAtMs: 1,
    imageCount: 1,
    scoredCount: 1,
    failedCount: 0,
    scale: null,
    imageAuroc: [],
    ...made,
  };
}

describe('usage', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['scan']],
    [['scan', 'folder']],
    [['scan', 'folder', '--method', 'nonsense']],
    [['scan', 'folder', '--method', 'baseline', '--image-size', '3.5']],
    [['scan', 'folder', '--method', 'baseline', '--layers', '6,x']],
    [['scan', 'folder', '--method', 'baseline', '--sigma', '-1']],
    [['scan', 'folder', '--method', 'baseline', '--resume', '--new']],
    [['scan', 'folder', '--method', 'clip', '--image-size', '13']],
    [['scan', 'folder', '--method', 'clip', '--object-name', '']],
    [['scan', 'folder', '--method', 'clip', '--sigma', '65']],
    [['scan', 'folder', '--method', 'clip', '--layers', '6']],
    [['scan', 'folder', '--method', 'baseline', '--prompts', 'a.pth']],
    [['scan', 'folder', '--method', 'anomalyclip', '--object-name', 'nut']],
    [['serve', '--port', '99999']],
    [['import', 'folder', '--layout', 'nonsense']],
    [['import', 'one', 'two']],
    [['models']],
    [['models', 'import', 'file', '--activation', 'relu']],
    [['datasets', 'remove', 'zero']],
    [['serve', '--port', 'x']],
    [['doctor', '--nonsense']],
  ])('%j is wrong usage: code 2, told on the error output or as JSON', async (args) => {
    const people = await cli(nothing(), args);
    expect(people.code).toBe(2);
    expect(people.out).toBe('');
    expect(people.err).not.toBe('');
    const program = await cli(nothing(), [...args, '--json']);
    expect(program.code).toBe(2);
    expect(program.err).toBe('');
    expect(program.json()).toMatchObject({ error: { code: 'bad-request' } });
  });

  it('names the range of a setting, and the settings that a method reads', async () => {
    const size = await cli(nothing(), ['scan', 'x', '--method', 'clip', '--image-size', '13']);
    expect(size.err).toContain(
      "'--image-size <px>' argument '13' is invalid. It must be a whole number from 16 to 2048.",
    );
    const port = await cli(nothing(), ['serve', '--port', '99999', '--json']);
    expect(port.json()).toMatchObject({
      error: { message: expect.stringContaining('from 0 to 65535') as string },
    });
    const useless = await cli(nothing(), [
      'scan',
      'x',
      '--method',
      'baseline',
      '--layers',
      '6',
      '--model',
      'm',
    ]);
    expect(useless.err).toContain(
      '--model and --layers would do nothing: Block statistics reads only --sigma.',
    );
  });

  it('describes every command, and the methods where they are chosen', async () => {
    for (const group of ['models', 'prompts', 'datasets']) {
      const { out } = await cli(nothing(), [group, '--help']);
      const commands = out.slice(out.indexOf('Commands:')).split('\n').slice(1);
      const undescribed = commands.filter((line) => /^ {2}\w/.test(line) && !/^ {2}\S.*? {2,}\S/.test(line));
      expect(undescribed).toEqual([]);
    }
    expect((await cli(nothing(), ['scan', '--help'])).out).toMatch(/Methods:\n {2}baseline +Finds blocks/);
    expect((await cli(nothing(), ['models', 'import', '--help'])).out).toContain('or a folder with');
  });

  it('prints help and version with code 0', async () => {
    expect(await cli(nothing(), ['--version'])).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
    const help = await cli(nothing(), ['scan', '--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('--method <id>');
  });

  it('takes --json and --data before and after the command', async () => {
    const answers = { 'models.list': () => ({ models: [] }) };
    const before = await cli(createFakeCore(answers), ['--json', '--data', '/x', 'models', 'list']);
    const after = await cli(createFakeCore(answers), ['models', 'list', '--json', '--data', '/x']);
    expect(before.json()).toEqual({ models: [] });
    expect(after.json()).toEqual({ models: [] });
  });

  it('says in plain words that the data folder cannot be used', async () => {
    const io = recordingIo();
    const code = await runCli(['models', 'list', '--json'], {
      io,
      paths,
      openCore: () => Promise.reject(new WorkbenchError('forbidden', '/data may not be written.')),
    });
    expect(code).toBe(1);
    expect(JSON.parse(io.out)).toEqual({
      error: { code: 'forbidden', message: '/data may not be written.' },
    });
  });
});

describe('models', () => {
  it('lists them for people and programs', async () => {
    const core = () => createFakeCore({ 'models.list': () => ({ models: [model] }) });
    expect((await cli(core(), ['models', 'list', '--json'])).json()).toEqual({ models: [model] });
    expect((await cli(core(), ['models', 'list'])).out).toMatch(
      /vit-b-16 +ViT-B\/16 +width 768, 12 blocks, 12 heads/,
    );
    const empty = createFakeCore({ 'models.list': () => ({ models: [] }) });
    expect((await cli(empty, ['models', 'list'])).out).toContain('models import');
  });

  it('says below the list what is to be said of a model', async () => {
    const models = [model, { ...model, id: 'starter', bundled: true, note: 'for trying out' }];
    const core = createFakeCore({ 'models.list': () => ({ models }) });
    expect((await cli(core, ['models', 'list'])).out).toMatch(/\nstarter: for trying out\n$/);
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
    expect(terminal.err).toContain('4/10  2.00/s  3 s left  writing weights');
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
});

describe('prompts', () => {
  const promptSet = {
    id: 2,
    name: 'released',
    methodId: 'anomalyclip' as const,
    textWidth: 768,
    contextLength: 12,
    deepBlocks: 8,
    deepLength: 4,
    sourceFile: '/prompts/epoch_15.pth',
    sha256: 'b'.repeat(64),
    importedAtMs: 1,
  };

  it('are listed, imported and removed', async () => {
    const core = () =>
      createFakeCore({
        'prompts.list': () => ({ promptSets: [promptSet] }),
        'prompts.import': () => promptSet,
        'prompts.remove': () => ({ ok: true }),
        'runs.list': () => ({ runs: [run(1, { promptSetId: 2 }), run(2, {})] }),
      });
    expect((await cli(core(), ['prompts', 'list'])).out).toContain('epoch_15.pth');
    expect((await cli(core(), ['prompts', 'import', 'a.pth', '--json'])).json()).toEqual({ promptSet });
    expect((await cli(core(), ['prompts', 'remove', '2'])).out).toBe(
      'Prompts 2 are removed.\n1 run was made with them; its results stay.\n',
    );
  });

  const scanning = (promptSets: PromptSet[], imported: PromptSet = promptSet) =>
    createFakeCore({
      'datasets.list': () => ({ datasets: [dataset] }),
      'datasets.get': () => dataset,
      'datasets.problems': () => ({ total: 0, problems: [] }),
      'models.list': () => ({ models: [model] }),
      'prompts.list': () => ({ promptSets }),
      'prompts.import': () => imported,
      'prompts.remove': () => ({ ok: true }),
      'runs.list': () => ({ runs: [] }),
    });
  const scan = ['scan', '1', '--method', 'anomalyclip'];

  it('that alone fit the model are taken without asking', async () => {
    const fitting = { ...promptSet, id: 3, textWidth: 512 };
    const core = scanning([promptSet, fitting, { ...promptSet, id: 4 }]);
    await cli(core, scan);
    expect(core.calls.at(-1)).toMatchObject({ method: 'runs.create', params: { promptSetId: 3 } });
    const none = await cli(scanning([promptSet]), scan);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('none that are here fit the model «vit-b-16» (text width 512)');
  });

  it('of a file that does not fit the model are not kept', async () => {
    const core = scanning([]);
    const { code, err } = await cli(core, [...scan, '--prompts', import.meta.filename]);
    expect(code).toBe(1);
    expect(err).toContain('for text width 768, the model «vit-b-16» has 512');
    expect(core.calls.at(-1)).toMatchObject({ method: 'prompts.remove', params: { promptSetId: 2 } });
  });
});

describe('checks', () => {
  const items = [
    { item: 'clip image', state: 'pass' as const, error: 1e-6, tolerance: 'at most 1e-4', detail: '' },
    { item: 'winclip', state: 'not available' as const, error: null, tolerance: '', detail: 'not built yet' },
  ];

  it('conform where everything that is built passes', async () => {
    const core = () => createFakeCore({ 'app.conformance': () => ({ items }) });
    expect((await cli(core(), ['conformance', 'golden', '--json'])).json()).toEqual({
      items,
      summary: { passed: 1, failed: 0, notAvailable: 1 },
    });
    const { code, out } = await cli(core(), ['conformance', 'golden']);
    expect(code).toBe(0);
    expect(out).toContain('1 pass, 0 fail, 1 not available');
    expect(out).toMatch(/clip image +pass +1\.0e-6 +at most 1e-4/);
  });

  it('fail where one item fails, and where there is nothing to check', async () => {
    const failing = [...items, { ...items[0]!, state: 'fail' as const, error: 0.5 }];
    const failed = await cli(createFakeCore({ 'app.conformance': () => ({ items: failing }) }), [
      'conformance',
      'golden',
      '--json',
    ]);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ summary: { failed: 1 }, error: { code: 'incompatible' } });
    const empty = createFakeCore({ 'app.conformance': () => ({ items: [] }) });
    expect((await cli(empty, ['conformance', 'golden'])).code).toBe(1);
  });

  it('doctor fails where something must be mended, not for a warning', async () => {
    const check = (state: 'ok' | 'warning' | 'error') => ({ name: 'Free space', state, detail: '1 GiB' });
    const doctor = (state: 'ok' | 'warning' | 'error') =>
      createFakeCore({ 'app.doctor': () => ({ checks: [check(state)] }) });
    expect((await cli(doctor('warning'), ['doctor'])).code).toBe(0);
    const broken = await cli(doctor('error'), ['doctor', '--json']);
    expect(broken.code).toBe(1);
    expect(broken.json()).toMatchObject({ checks: [{ state: 'error' }], error: { code: 'unavailable' } });
  });
});

describe('Ctrl+C', () => {
  it('stops a question to the core too, with code 130', async () => {
    const io = recordingIo();
    const core = createFakeCore({
      'app.conformance': () => {
        queueMicrotask(() => {
          io.interrupt();
        });
        return new Promise<never>(() => undefined);
      },
    });
    const code = await runCli(['conformance', 'golden', '--json'], {
      io,
      paths,
      openCore: () => Promise.resolve(core),
    });
    expect(code).toBe(130);
    expect(JSON.parse(io.out)).toMatchObject({ error: { code: 'cancelled' } });
    expect(core.closed).toBe(true);
  });
});
