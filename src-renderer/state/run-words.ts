import type { Job } from '../../src-shared/domain/job.ts';
import { methodTitle } from '../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../src-shared/domain/model.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { formatCount, formatNoun, formatPercent } from './format.ts';

export interface RunNames {
  readonly models: readonly Model[];
  readonly promptSets: readonly PromptSet[];
}

/** Method with its references, model and prompts in one line: `AnomalyCLIP · ViT-L/14@336px · PIPED, 15 epochs`. */
export function runTitle(
  run: Pick<Run, 'methodId' | 'modelId' | 'promptSetId' | 'settings'>,
  { models, promptSets }: RunNames,
): string {
  const parts: string[] = [methodTitle(run.methodId, run.settings)];
  if (run.modelId !== null) parts.push(models.find(({ id }) => id === run.modelId)?.name ?? run.modelId);
  if (run.promptSetId !== null) {
    parts.push(promptSets.find(({ id }) => id === run.promptSetId)?.name ?? `prompts ${run.promptSetId}`);
  }
  if (run.settings.objectName !== undefined) parts.push(`«${run.settings.objectName}»`);
  if (run.settings.imageSizePx !== undefined) parts.push(`${run.settings.imageSizePx} px`);
  return parts.join(' · ');
}

/** Where a run stands: `115 images`, `34 of 115, running`, `34 of 115, cancelled`. */
export function runState(run: Pick<Run, 'state' | 'scoredCount' | 'imageCount'>): string {
  if (run.state === 'succeeded') return formatNoun(run.scoredCount, 'image');
  const count = `${formatCount(run.scoredCount)} of ${formatCount(run.imageCount)}`;
  return `${count}, ${run.state === 'queued' ? 'waiting' : run.state}`;
}

/** Mean image AUROC over the classes that have one, as the papers average; null where no class has one. */
export function meanAuroc(run: Pick<Run, 'imageAuroc'>): number | null {
  const known = run.imageAuroc.flatMap(({ auroc }) => (auroc === null ? [] : [auroc]));
  return known.length === 0 ? null : known.reduce((sum, auroc) => sum + auroc, 0) / known.length;
}

/** `AUROC 61.4 %`, or nothing where no class has both labels. */
export function describeAuroc(run: Pick<Run, 'imageAuroc'>): string {
  const mean = meanAuroc(run);
  return mean === null ? '' : `AUROC ${formatPercent(mean, 1)}`;
}

/** Whether a job is still to be waited for. */
export function isUnderWay(job: Pick<Job, 'state'> | undefined): boolean {
  return job?.state === 'queued' || job?.state === 'running';
}
