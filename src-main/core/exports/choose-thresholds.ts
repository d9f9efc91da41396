import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { chosenFor, type ChosenThresholds } from '../../../src-shared/domain/chosen-thresholds.ts';
import type { ChosenThreshold, MapThreshold, ScoreThreshold } from '../../../src-shared/domain/export.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import { pickUsualImages, proposeMapThreshold } from '../../../src-shared/maps/map-threshold.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { proposeThreshold, type ProposedThreshold } from '../../../src-shared/metrics/propose-threshold.ts';
import { inPercent, withPercent } from '../../../src-shared/text/in-percent.ts';
import type { Repositories } from '../db/repositories.ts';
import { describeRecipe } from './describe-recipe.ts';
import { readWindowThresholds } from './window-thresholds.ts';

type LabelledScores = Pick<RunScores, 'imageIds' | 'scores' | 'labels'>;

/** The rows of one class, worst first as they came. */
function scoresOfClass(all: RunScores, className: string): LabelledScores {
  const wanted = all.classNames.indexOf(className);
  const rows = [...all.classes.keys()].filter((row) => all.classes[row] === wanted);
  return {
    imageIds: rows.map((row) => all.imageIds[row] as number),
    scores: rows.map((row) => all.scores[row] as number),
    labels: rows.map((row) => all.labels[row] ?? null),
  };
}

export type ThresholdRepositories = Pick<Repositories, 'results' | 'settings' | 'operatingPoints'>;

/** Chooses the thresholds of one run, class by class. */
export interface ThresholdChooser {
  /** Throws `needs-choice` where the labels that a rule needs are not there, `not-found` for an operating point that is gone. */
  score(className: string, rule: ScoreThreshold): ChosenThreshold;
  /** Null where no image of the class has a map. Throws `not-found` as `score` does. */
  map(className: string, rule: MapThreshold): ChosenThreshold;
}

/**
 * Reads a run's scores, and what the window chose for it, once. `scope`: the class that is written of, null for all of them:
 * where nobody chose, the window proposes one threshold for what it shows, and files say the same.
 */
export function openThresholdChooser(
  repositories: ThresholdRepositories,
  runId: number,
  scope: string | null,
): ThresholdChooser {
  const { results, settings, operatingPoints } = repositories;
  const scores = results.scores(runId);
  const inWindow = readWindowThresholds(settings.all(), runId);
  const chosenIn = (className: string) => chosenFor(inWindow(className), inWindow(null));
  const requirePoint = (id: number, level: OperatingPoint['level']): OperatingPoint => {
    const point = operatingPoints.get(id);
    if (point === null) throw new WorkbenchError('not-found', `There is no operating point ${id}.`);
    if (point.level === level) return point;
    throw new WorkbenchError(
      'bad-request',
      level === 'image'
        ? `The operating point «${point.name}» is a threshold on maps; it cannot tell from which score on an image counts as anomalous.`
        : `The operating point «${point.name}» is a threshold on scores; it cannot tell which pixels are inside.`,
    );
  };
  const inScope: LabelledScores = scope === null ? scores : scoresOfClass(scores, scope);
  const nameOf = (id: number) => operatingPoints.getEver(id)?.name ?? `number ${id}`;

  const score = (className: string, rule: ScoreThreshold): ChosenThreshold => {
    switch (rule.kind) {
      case 'value':
        return { className, value: rule.value, chosenBy: 'given' };
      case 'operating-point': {
        const point = requirePoint(rule.id, 'image');
        return isOf(point, className) ? takePoint(className, point) : score(className, { kind: 'default' });
      }
      case 'default':
        return scoreInWindow(className, chosenIn(className), nameOf) ?? proposedScore(className, inScope);
      case 'best-f1':
      case 'full-recall':
      case 'false-alarms':
        return chooseByLabels(className, rule, scoresOfClass(scores, className));
    }
  };
  const map = (className: string, rule: MapThreshold): ChosenThreshold => {
    switch (rule.kind) {
      case 'value':
        return { className, value: rule.value, chosenBy: 'given' };
      case 'operating-point': {
        const point = requirePoint(rule.id, 'pixel');
        return isOf(point, className) ? takePoint(className, point) : map(className, { kind: 'default' });
      }
      case 'default': {
        const chosen = chosenIn(className);
        const { minRegionAreaPx } = chosen;
        const found =
          mapInWindow(className, chosen, nameOf) ?? proposedMap(results, runId, className, inScope);
        return minRegionAreaPx === null ? found : { ...found, minRegionAreaPx };
      }
    }
  };
  return { score, map };
}

function isOf(point: OperatingPoint, className: string): boolean {
  return point.className === null || point.className === className;
}

function takePoint(className: string, point: OperatingPoint): ChosenThreshold {
  const { name, threshold, secondThreshold, minRegionAreaPx, recipe } = point;
  return {
    className,
    value: threshold,
    secondValue: secondThreshold,
    chosenBy: `operating point «${name}»: ${describeRecipe(recipe)}`,
    ...(minRegionAreaPx > 0 ? { minRegionAreaPx } : {}),
  };
}

type NameOfPoint = (id: number) => string;

/** What a person chose in the window on the scores; null where nobody did. */
function scoreInWindow(
  className: string,
  { score, second, recipe, point }: ChosenThresholds,
  nameOf: NameOfPoint,
): ChosenThreshold | null {
  if (score === null) return null;
  const chosenBy = describeChoice(score, recipe, point, nameOf);
  return { className, value: score, secondValue: second === null ? null : Math.min(second, score), chosenBy };
}

/** The same on the maps. */
function mapInWindow(
  className: string,
  { map, mapSecond, mapRecipe, mapPoint }: ChosenThresholds,
  nameOf: NameOfPoint,
): ChosenThreshold | null {
  if (map === null) return null;
  const chosenBy = describeChoice(map, mapRecipe, mapPoint, nameOf);
  return {
    className,
    value: map,
    secondValue: mapSecond === null ? null : Math.min(mapSecond, map),
    chosenBy,
  };
}

function describeChoice(
  value: number,
  recipe: ChosenThresholds['recipe'],
  point: ChosenThresholds['point'],
  nameOf: NameOfPoint,
): string {
  const how = recipe?.value === value ? describeRecipe(recipe) : null;
  if (point?.value === value) return `operating point «${nameOf(point.id)}»${how === null ? '' : `: ${how}`}`;
  return `in the window: ${how ?? 'set by hand'}`;
}

function proposedScore(className: string, scores: LabelledScores): ChosenThreshold {
  const proposed = proposeThreshold(scores);
  return {
    className,
    value: proposed?.value ?? null,
    chosenBy: `default: ${proposed === null ? 'no image has a score' : describeProposed(proposed)}`,
  };
}

function describeProposed(proposed: ProposedThreshold): string {
  switch (proposed.kind) {
    case 'best-f1':
      return `best F1 (${withPercent(proposed.f1)})`;
    case 'widest-gap':
      return 'widest gap between finds and false alarms, because the best F1 would flag nearly everything';
    case 'above-good':
      return `${withPercent(proposed.share)} of the good images lie below; there are no anomalous ones to choose by`;
    case 'most-anomalous':
      return `${withPercent(proposed.share)} of the anomalous images lie above; there are no good ones to choose by`;
    case 'top-share':
      return `the highest ${withPercent(proposed.share)} of the scores; no image has a label to choose by`;
  }
}

interface Cut {
  readonly hits: number;
  readonly alarms: number;
  readonly value: number;
}

function chooseByLabels(
  className: string,
  rule: Extract<ScoreThreshold, { kind: 'best-f1' | 'full-recall' | 'false-alarms' }>,
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

function proposedMap(
  results: Repositories['results'],
  runId: number,
  className: string,
  scores: LabelledScores,
): ChosenThreshold {
  const usual = pickUsualImages(scores);
  const maps = usual.imageIds.flatMap((imageId) => {
    const bytes = results.patchMap(runId, imageId);
    return bytes === null ? [] : [decodePatchMap(bytes)];
  });
  if (maps.length === 0) return { className, value: null, chosenBy: 'default: no image has a map' };
  const whose = usual.from === 'good' ? 'good images' : 'images with the lower half of the scores';
  return {
    className,
    value: proposeMapThreshold(maps),
    chosenBy: `default: 99 % of the map of ${maps.length} ${whose} lies below`,
  };
}
