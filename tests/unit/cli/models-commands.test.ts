import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';
import { cli, job, model, preview, run } from './fake-cli.ts';

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
