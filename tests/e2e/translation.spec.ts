import type { Page } from '@playwright/test';
import { productName } from '../../src-renderer/texts/names.ts';
import { pseudoTag } from '../../src-renderer/texts/pseudo-language.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { askHost } from './ask-host.ts';
import { expect, test } from './fixtures.ts';
import { Frame, type RailName } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { untranslatedTexts } from './untranslated.ts';

const views: readonly RailName[] = [
  'Data',
  'Review',
  'Thresholds',
  'Compare',
  'Prompts',
  'Training',
  'Models',
  'Settings',
];

test('every sentence of the window comes from the catalogue of its language', async ({
  window,
  workbench,
}) => {
  const frame = new Frame(window);
  const places: { readonly name: string; readonly address: string }[] = [];
  for (const name of views) {
    await frame.goTo(name);
    places.push({ name: `${name}, empty`, address: window.url() });
  }
  await frame.goTo('Data');
  await window.getByRole('button', { name: 'Try the sample images' }).click();
  await new ReviewPage(window).waitForEnd();
  await window.getByRole('button', { name: 'Start a run' }).click();
  places.push({ name: 'Start', address: window.url() });
  for (const name of views) {
    await frame.goTo(name);
    places.push({ name, address: window.url() });
  }
  await frame.goTo('Data');
  await window.getByRole('button', { name: 'Show images' }).click();
  places.push({ name: 'Images', address: window.url() });

  const names = [...(await wordsOfTheHost(window)), ...namesInEveryLanguage(workbench.dataFolder)];
  await askHost(window, 'settings.set', { key: 'window.language', value: pseudoTag });
  for (const { name, address } of places) {
    await window.goto(address);
    await window.reload();
    await expect(window.getByText('⟦').first()).toBeVisible();
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    expect.soft(await untranslatedTexts(window, names), name).toEqual([]);
  }
});

/**
 * Every word that the host says of data, models and itself, longest first: names of the user's things, and sentences that
 * the command line says as well (reasons, the catalogue of models, the doctor). Those are no sentences of the window.
 */
async function wordsOfTheHost(window: Page): Promise<readonly string[]> {
  const { datasets } = await askHost(window, 'datasets.list', {});
  const answers = [
    datasets,
    await askHost(window, 'models.list', {}),
    await namesOfPrompts(window),
    await askHost(window, 'models.catalogue', {}),
    await askHost(window, 'methods.list', { modelId: null }),
    ...(await plansOfTrainings(window, datasets)),
    await askHost(window, 'app.info', {}),
    await askHost(window, 'app.doctor', {}),
  ];
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      for (const form of [value, value.replace('https://', ''), value.replaceAll('_', ' ')]) words.add(form);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(answers);
  return [...words].filter((word) => word.trim().length > 1).sort((a, b) => b.length - a.length);
}

/** What the host says of learned prompts; the words of their settings are not shown. */
async function namesOfPrompts(window: Page) {
  const { promptSets } = await askHost(window, 'prompts.list', {});
  return promptSets.map(({ name, note, sourceFile, provenance }) => [
    ...[name, note, sourceFile],
    provenance?.datasetName,
  ]);
}

/** What the host says of a training from each data set: warnings. */
async function plansOfTrainings(window: Page, datasets: readonly Dataset[]) {
  const { models } = await askHost(window, 'models.list', {});
  const [model] = models;
  if (model === undefined) return [];
  const orders = datasets.map(
    ({ id }) => ({ methodId: 'anomalyclip', modelId: model.id, datasetId: id }) as const,
  );
  return await Promise.all(orders.map((order) => askHost(window, 'trainings.plan', order)));
}

/** Names of methods, keys, curves and colour maps, files, sizes, and the English sentences that the model reads. */
function namesInEveryLanguage(dataFolder: string): readonly (string | RegExp)[] {
  return [
    dataFolder,
    productName,
    /«[^»]*photo of[^»]*»/g,
    /\b(CLIP-AC|WinCLIP|AnomalyCLIP|FAPrompt|CoOp|CLIP|Block statistics)\b/g,
    /\b(ROC|PR|Adam|SGD|Inferno|QuickGELU|Node\.js)\b/g,
    /\S+\.(png|jpg|json|sqlite)\b/g,
    /\b(Ctrl|Alt|Shift|Esc|Home|End|Tab|Space|Enter)\b/g,
    /[\d.,]+ [kMG]?B\b/g,
    /\d+ \p{L}{3} \d{4}, \d\d:\d\d/gu,
  ];
}
