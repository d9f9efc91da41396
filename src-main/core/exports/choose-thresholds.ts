import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ChosenThreshold, MapThreshold, ScoreThreshold } from '../../../src-shared/domain/export.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import { pickUsualImages, proposeMapThreshold } from '../../../src-shared/maps/map-threshold.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { proposeThreshold, type ProposedThreshold } from '../../../src-shared/metrics/propose-threshold.ts';
import { inPercent } from '../../../src-shared/text/in-percent.ts';
import type { Repositories } from '../db/repositories.ts';

type LabelledScores = Pick<RunScores, 'imageIds' | 'scores' | 'labels'>;

/** The rows of one class, worst first as they came. */
export function scoresOfClass(all: RunScores, className: string): LabelledScores {
  const wanted = all.classNames.indexOf(className);
  const rows = [...all.classes.keys()].filter((row) => all.classes[row] === wanted);
  return {
    imageIds: rows.map((row) => all.imageIds[row] as number),
    scores: rows.map((row) => all.scores[row] as number),
    labels: rows.map((row) => all.labels[row] ?? null),
  };
}

/**
 * The score threshold of one class, as `exports.create` has it. Throws `needs-choice` where the labels that a rule needs
 * are not there.
 */
export function chooseScoreThreshold(
  className: string,
  rule: ScoreThreshold,
  scores: LabelledScores,
): ChosenThreshold {
  switch (rule.kind) {
    case 'value':
      return { className, value: rule.value, chosenBy: 'given' };
    case 'default': {
      const proposed = proposeThreshold(scores);
      return {
        className,
        value: proposed?.value ?? null,
        chosenBy: `default: ${proposed === null ? 'no image has a score' : describeProposed(proposed)}`,
      };
    }
    case 'best-f1':
    case 'full-recall':
    case 'false-alarms':
      return chooseByLabels(className, rule, scores);
  }
}

function describeProposed(proposed: ProposedThreshold): string {
  const percent = (share: number) => `${inPercent(share)} %`;
  switch (proposed.kind) {
    case 'best-f1':
      return `best F1 (${percent(proposed.f1)})`;
    case 'widest-gap':
      return 'widest gap between finds and false alarms, because the best F1 would flag nearly everything';
    case 'above-good':
      return `${percent(proposed.share)} of the good images lie below; there are no anomalous ones to choose by`;
    case 'most-anomalous':
      return `${percent(proposed.share)} of the anomalous images lie above; there are no good ones to choose by`;
    case 'top-share':
      return `the highest ${percent(proposed.share)} of the scores; no image has a label to choose by`;
  }
}

interface Cut {
  readonly hits: number;
  readonly alarms: number;
  readonly value: number;
}

function chooseByLabels(
  className: string,
  rule: Exclude<ScoreThreshold, { kind: 'value' | 'default' }>,
  { scores, labels }: LabelledScores,
): ChosenThreshold {
  const goodCount = labels.filter((label) => label === 'good').length;
  const anomalousCount = labels.filter((label) => label === 'anomalous').length;
  if (goodCount === 0 || anomalousCount === 0) {
    throw new WorkbenchError(
      'needs-choice',
      `The threshold of «${className}» cannot be chosen by labels: it has ${goodCount} good and ${anomalousCount} anomalous images with a score. Give a number, or take the default.`,
    );
  }
  const cuts = listCuts(scores, labels);
  const f1 = ({ hits, alarms }: Cut) => (2 * hits) / (hits + alarms + anomalousCount);
  const chosenBy = {
    'best-f1': 'best F1',
    'full-recall': 'no anomalous image missed, then fewest false alarms',
    'false-alarms': `at most ${rule.kind === 'false-alarms' ? inPercent(rule.share) : ''} % false alarms, then fewest misses`,
  }[rule.kind];
  const better = {
    'best-f1': (a: Cut, b: Cut) => f1(a) > f1(b),
    'full-recall': (a: Cut, b: Cut) => a.hits > b.hits,
    'false-alarms': (a: Cut, b: Cut) => a.hits > b.hits,
  }[rule.kind];
  const allowed =
    rule.kind === 'false-alarms' ? cuts.filter((cut) => cut.alarms <= rule.share * goodCount) : cuts;
  let best = allowed[0];
  for (const cut of allowed) if (best === undefined || better(cut, best)) best = cut;
  return { className, value: best?.value ?? null, chosenBy };
}

/** Every way to cut the scores in two, from above all of them down; halfway between neighbours. */
function listCuts(scores: readonly number[], labels: LabelledScores['labels']): readonly Cut[] {
  const [highest = 0, lowest = 0] = [scores[0], scores.at(-1)];
  const spare = (highest - lowest || Math.abs(highest) || 1) / 100;
  const cuts: Cut[] = [{ hits: 0, alarms: 0, value: highest + spare }];
  let [hits, alarms] = [0, 0];
  for (const [i, score] of scores.entries()) {
    if (labels[i] === 'anomalous') hits++;
    if (labels[i] === 'good') alarms++;
    const next = scores[i + 1];
    if (next === score) continue;
    cuts.push({ hits, alarms, value: next === undefined ? score - spare : (score + next) / 2 });
  }
  return cuts;
}

/** The map threshold of one class. Null where no image of the class has a map. */
export function chooseMapThreshold(
  { results }: Pick<Repositories, 'results'>,
  runId: number,
  className: string,
  rule: MapThreshold,
  scores: LabelledScores,
): ChosenThreshold {
  if (rule.kind === 'value') return { className, value: rule.value, chosenBy: 'given' };
  const usual = pickUsualImages(scores);
  const maps = usual.imageIds.flatMap((imageId) => {
    const bytes = results.patchMap(runId, imageId);
    return bytes === null ? [] : [decodePatchMap(bytes)];
  });
  if (maps.length === 0)
    return { className, value: null, chosenBy: 'default: no image of the class has a map' };
  const whose = usual.from === 'good' ? 'good images' : 'images with the lower half of the scores';
  return {
    className,
    value: proposeMapThreshold(maps),
    chosenBy: `default: 99 % of the map of ${maps.length} ${whose} lies below`,
  };
}
