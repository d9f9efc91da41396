import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { promptTextTitle } from '../../../src-shared/domain/method-settings.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { Repositories } from '../db/repositories.ts';
import type { ReportFact } from './run-report.ts';

const settingNames: Readonly<Record<string, string>> = {
  imageSizePx: 'Image size (px)',
  objectName: 'Object name',
  dpam: 'Second attention',
  dpamBlocks: 'Blocks with it',
  layers: 'Blocks of the map',
  sigmaPx: 'Smoothing (px)',
  shots: 'Reference images',
  referenceSeed: 'Drawn with seed',
  faPromptSelection: 'Patch selection',
  winclipAveraging: 'Text averaging',
};

/** Method, prompts and model in a line: what tells runs of a report apart. */
export function titleOf(
  run: Run,
  { models, promptSets }: Pick<Repositories, 'models' | 'promptSets'>,
): string {
  const { name } = methodCatalogue[run.methodId];
  const shots = run.settings.shots ?? 0;
  const learned = run.promptSetId === null ? undefined : promptSets.get(run.promptSetId)?.promptSet.name;
  const words = learned === undefined ? promptTextTitle(run.settings) : `«${learned}»`;
  const method = `${shots > 0 ? `${name}, ${shots}-shot` : name}${words === null ? '' : `, ${words}`}`;
  return run.modelId === null ? method : `${method} · ${models.get(run.modelId)?.name ?? run.modelId}`;
}

/** The user's own words in hand-written prompts, in full: other words are another run. */
function wordsOf({
  promptText,
  objectNames = {},
}: Pick<Run['settings'], 'promptText' | 'objectNames'>): ReportFact[] {
  const named = Object.entries(objectNames).map(([className, words]) => `${className}: «${words}»`);
  const facts: ReportFact[] = named.length === 0 ? [] : [{ name: 'Object names', value: named.join(', ') }];
  if (promptText === undefined) return facts;
  const quoted = (texts: readonly string[]) => texts.map((text) => `«${text}»`).join(', ');
  const { name, normal, abnormal, templates } = promptText;
  return [
    ...facts,
    ...(name === undefined ? [] : [{ name: 'Prompts saved as', value: name }]),
    { name: 'Normal in prompts', value: quoted(normal) },
    { name: 'Anomalous in prompts', value: quoted(abnormal) },
    { name: `${countOf(templates.length, 'template')} of prompts`, value: quoted(templates) },
  ];
}

/** Where prompts that were learned with this program come from. */
function learnedFacts({ provenance }: Pick<PromptSet, 'provenance'>): ReportFact[] {
  if (provenance === undefined) return [];
  const { datasetName, classNames, imageCount, epoch, settings } = provenance;
  const classes = classNames === null ? '' : ` (${classNames.join(', ')})`;
  return [
    {
      name: 'Learned from',
      value: `${countOf(imageCount, 'image')} of «${datasetName}»${classes}, epoch ${epoch} of ${settings.epochs}`,
    },
  ];
}

/** What a run was made with, so that it can be made again: hashes, settings, sizes, scale. */
export function factsOf(
  run: Run,
  { models, promptSets }: Pick<Repositories, 'models' | 'promptSets'>,
): ReportFact[] {
  const { scale, rendering } = run;
  const model = run.modelId === null ? null : models.get(run.modelId);
  const prompts = run.promptSetId === null ? null : (promptSets.get(run.promptSetId)?.promptSet ?? null);
  const facts: ReportFact[] = [
    {
      name: 'Run',
      value: `${run.id}, ${new Date(run.createdAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    },
    { name: 'Method', value: run.methodId, isCode: true },
  ];
  if (run.name !== undefined) facts.unshift({ name: 'Name', value: run.name });
  if (run.className !== undefined)
    facts.push({ name: 'Looked through', value: `the class ${run.className}` });
  if (run.modelId !== null) {
    facts.push({
      name: 'Model',
      value: model === null ? `${run.modelId} (removed since)` : `${model.name} (${model.id})`,
    });
    // Of the weights it was made with: another model may have the id now.
    const sha256 = run.modelSha256 ?? model?.sha256 ?? null;
    if (sha256 !== null) facts.push({ name: 'Its SHA-256', value: sha256, isCode: true });
  }
  if (run.promptSetId !== null) {
    facts.push({
      name: 'Learned prompts',
      value: prompts === null ? `${run.promptSetId} (removed since)` : prompts.name,
    });
    if (prompts !== null) {
      facts.push(...learnedFacts(prompts));
      facts.push({ name: 'Their file', value: prompts.sourceFile, isCode: true });
      facts.push({ name: 'Their SHA-256', value: prompts.sha256, isCode: true });
    }
  }
  const { promptText, objectNames, ...settings } = run.settings;
  for (const [key, value] of Object.entries(settings))
    facts.push({
      name: settingNames[key] ?? key,
      value: Array.isArray(value) ? value.join(', ') : String(value),
    });
  facts.push(...wordsOf({ promptText, objectNames }));
  for (const { className, paths } of run.references)
    facts.push({ name: `References of ${className}`, value: paths.join(', ') });
  if (Object.keys(run.settings).length === 0) facts.push({ name: 'Settings', value: 'the method’s own' });
  facts.push({
    name: 'Maps',
    value: `${rendering.sizePx}×${rendering.sizePx} px${rendering.sigmaPx > 0 ? `, smoothed by ${rendering.sigmaPx} px` : ''}`,
  });
  if (scale !== null) {
    const range = (low: number, high: number) => `${low.toPrecision(4)} to ${high.toPrecision(4)}`;
    facts.push({ name: 'Scores', value: range(scale.scoreMin, scale.scoreMax) });
    facts.push({ name: 'Map values', value: range(scale.mapMin, scale.mapMax) });
  }
  const failed = run.failedCount > 0 ? `, ${run.failedCount} failed` : '';
  facts.push({ name: 'Images', value: `${run.scoredCount} of ${run.imageCount} scored${failed}` });
  return facts;
}
