import { describe, expect, it } from 'vitest';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import { defaultTrainingSettings } from '../../../src-shared/domain/training.ts';
import { createFakeCore } from '../../support/fake-core.ts';
import { cli, dataset, model, run } from './fake-cli.ts';

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
    expect((await cli(core(), ['prompts', 'list'])).out).toMatch(/ file epoch_15\.pth\n/);
    expect((await cli(core(), ['prompts', 'import', 'a.pth', '--json'])).json()).toEqual({ promptSet });
    expect((await cli(core(), ['prompts', 'remove', '2'])).out).toBe(
      'Prompts 2 are removed.\n1 run was made with them; its results stay.\n',
    );
  });

  it('say in words where they come from', async () => {
    const provenance: PromptSet['provenance'] = {
      ...{ trainingId: 3, epoch: 15, methodId: 'anomalyclip', modelId: 'vit-b-16', datasetName: 'mvtec' },
      ...{ modelSha256: 'a'.repeat(64), versionHash: 'c'.repeat(64), classNames: null, validation: null },
      ...{ imageCount: 2, anomalousCount: 1, losses: { total: 1 }, madeWith: '0.1.0', createdAtMs: 1 },
      settings: defaultTrainingSettings('anomalyclip', model.config),
    };
    const core = createFakeCore({
      'prompts.list': () => ({
        promptSets: [
          {
            ...promptSet,
            id: 1,
            bundled: true,
            provenance,
            sourceFile: '/program/starter/prompts.safetensors',
          },
          { ...promptSet, id: 2, provenance, sourceFile: '/data/trainings/3/epoch-0015.safetensors' },
          { ...promptSet, id: 3, sourceFile: 'https://example.org/epoch_15.pth' },
          { ...promptSet, id: 4, provenance },
        ],
      }),
    });
    const { out } = await cli(core, ['prompts', 'list']);
    const origins = out
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/).at(-1));
    expect(origins.filter((origin) => origin !== '')).toEqual([
      'came with the program',
      'learned here, training 3',
      'fetched from https://example.org/epoch_15.pth',
      'file epoch_15.pth',
    ]);
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
    expect(core.calls.at(-1)).toMatchObject({
      method: 'runs.createMany',
      params: { modelId: 'vit-b-16', runs: [{ methodId: 'anomalyclip', promptSetId: 3 }] },
    });
    const none = await cli(scanning([promptSet]), scan);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('none that are here fit the model «vit-b-16» (text width 512)');
  });

  it('that came with the program give way to the user’s own, and are taken where there are none', async () => {
    const own = { ...promptSet, id: 3, textWidth: 512 };
    const bundled = { ...own, id: 4, name: 'Starter AnomalyCLIP', bundled: true, note: 'starter prompts' };
    for (const [promptSets, promptSetId] of [
      [[own, bundled], 3],
      [[bundled], 4],
    ] as const) {
      const core = scanning([...promptSets]);
      await cli(core, scan);
      expect(core.calls.at(-1)).toMatchObject({ params: { runs: [{ promptSetId }] } });
    }
    const two = await cli(scanning([own, { ...own, id: 5 }, bundled]), scan);
    expect(two.err).toContain('choose with --prompts: 3 (released), 5 (released)');
    const listing = createFakeCore({
      'prompts.list': () => ({ promptSets: [bundled] }),
      'prompts.remove': () => ({ ok: true }),
      'runs.list': () => ({ runs: [] }),
    });
    expect((await cli(listing, ['prompts', 'list'])).out).toContain('4: starter prompts\n');
    expect((await cli(listing, ['prompts', 'remove', '4'])).out).toContain('they came with the workbench');
  });

  it('of a file that does not fit the model are not kept', async () => {
    const core = scanning([]);
    const { code, err } = await cli(core, [...scan, '--prompts', import.meta.filename]);
    expect(code).toBe(1);
    expect(err).toContain('for text width 768, the model «vit-b-16» has 512');
    expect(core.calls.at(-1)).toMatchObject({ method: 'prompts.remove', params: { promptSetId: 2 } });
  });
});
