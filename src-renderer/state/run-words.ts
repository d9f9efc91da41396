import type { Job } from '../../src-shared/domain/job.ts';
import { methodTitle, promptTextTitle } from '../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../src-shared/domain/model.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { say } from '../texts/say.ts';
import { formatPercent } from './format.ts';

export interface RunNames {
  readonly models: readonly Model[];
  readonly promptSets: readonly PromptSet[];
}

/**
 * A run in one line, its name first where it has one: `AnomalyCLIP · ViT-L/14@336px · PIPED, 15 epochs`,
 * `Night shift · WinCLIP · ViT-B/16 · «Castings» · class gear`. Runs that were made with other words have other lines.
 */
export function runTitle(
  run: Pick<Run, 'name' | 'className' | 'methodId' | 'modelId' | 'promptSetId' | 'settings'>,
  { models, promptSets }: RunNames,
): string {
  const parts: string[] = [
    ...(run.name === undefined ? [] : [run.name]),
    methodTitle(run.methodId, run.settings),
  ];
  if (run.modelId !== null) parts.push(models.find(({ id }) => id === run.modelId)?.name ?? run.modelId);
  if (run.promptSetId !== null) {
    const known = promptSets.find(({ id }) => id === run.promptSetId);
    parts.push(known?.name ?? say('prompts {id}', { id: run.promptSetId }));
  }
  const { objectName, objectNames, imageSizePx } = run.settings;
  const words = promptTextTitle(run.settings);
  if (words !== null) parts.push(words);
  if (objectName !== undefined) parts.push(say('«{words}»', { words: objectName }));
  if (objectNames !== undefined) {
    const count = Object.keys(objectNames).length;
    parts.push(say('{count, plural, one {# object name} other {# object names}}', { count }));
  }
  if (imageSizePx !== undefined) parts.push(say('{size} px', { size: imageSizePx }));
  if (run.className !== undefined) parts.push(say('class {className}', { className: run.className }));
  return parts.join(' · ');
}

/** Where a run stands: `115 images`, `34 of 115, running`, `34 of 115, cancelled`. */
export function runState(run: Pick<Run, 'state' | 'scoredCount' | 'imageCount'>): string {
  if (run.state === 'succeeded') {
    return say('{count, plural, one {# image} other {# images}}', { count: run.scoredCount });
  }
  return say('{done, number} of {total, number}, {state}', {
    done: run.scoredCount,
    total: run.imageCount,
    state: stateNames[run.state],
  });
}

const stateNames: Readonly<Record<Run['state'], string>> = {
  queued: say('waiting'),
  running: say('running'),
  paused: say('paused'),
  cancelled: say('cancelled'),
  failed: say('failed'),
  succeeded: say('done'),
};

/** A word for a run that stopped before its end or is on its way; null for one that is whole. */
export function runBadge({ state }: Pick<Run, 'state'>): string | null {
  return state === 'succeeded' ? null : stateNames[state];
}

/** Mean image AUROC over the classes that have one, as the papers average; null where no class has one. */
export function meanAuroc(run: Pick<Run, 'imageAuroc'>): number | null {
  const known = run.imageAuroc.flatMap(({ auroc }) => (auroc === null ? [] : [auroc]));
  return known.length === 0 ? null : known.reduce((sum, auroc) => sum + auroc, 0) / known.length;
}

/** `AUROC 61.4 %`, or nothing where no class has both labels. */
export function describeAuroc(run: Pick<Run, 'imageAuroc'>): string {
  const mean = meanAuroc(run);
  return mean === null ? '' : say('AUROC {percent}', { percent: formatPercent(mean, 1) });
}

/** Whether a job is still to be waited for. */
export function isUnderWay(job: Pick<Job, 'state'> | undefined): boolean {
  return job?.state === 'queued' || job?.state === 'running';
}
