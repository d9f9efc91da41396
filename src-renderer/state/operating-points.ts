import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ChosenThresholds } from '../../src-shared/domain/chosen-thresholds.ts';
import { methodCatalogue } from '../../src-shared/domain/method-catalogue.ts';
import type { OperatingCounts, OperatingPoint } from '../../src-shared/domain/operating-point.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { say } from '../texts/say.ts';
import { useClient } from './client-context.ts';
import { edgeOf } from './map-profile.ts';
import { countBands } from './threshold-bands.ts';
import type { ThresholdModel } from './threshold-model.ts';
import { describeChoice, describeRecipe } from './threshold-words.ts';

const root = 'operating-points';

/** Every saved threshold, of all data sets, newest first. */
export function useOperatingPoints() {
  const client = useClient();
  const queries = useQueryClient();
  useEffect(
    () =>
      client.transport.onEvent((event) => {
        if (event.event === 'operatingPoints.changed') void queries.invalidateQueries({ queryKey: [root] });
      }),
    [client, queries],
  );
  return useQuery({
    queryKey: [root],
    queryFn: async () => (await client.call('operatingPoints.list', { datasetId: null })).operatingPoints,
  });
}

/** What is stored of a threshold's effect: of images, or, at the pixel level with masks, of pixels whose truth is known. */
export function countsOf({ columns, cuts, table }: ThresholdModel): OperatingCounts {
  if (table?.hasMasks) {
    const edge = edgeOf(table, cuts.threshold);
    const at = (column: Float64Array) => column[edge] ?? 0;
    const all = (column: Float64Array) => column[0] ?? 0;
    return {
      truePositives: at(table.anomalous),
      falsePositives: at(table.normal),
      trueNegatives: all(table.normal) - at(table.normal),
      falseNegatives: all(table.anomalous) - at(table.anomalous),
      unlabelledAbove: at(table.unlabelled),
      unlabelledBelow: all(table.unlabelled) - at(table.unlabelled),
    };
  }
  const { stopped } = countBands(columns, { threshold: cuts.threshold, second: null });
  return {
    truePositives: stopped.anomalous,
    falsePositives: stopped.good,
    trueNegatives: columns.good.length - stopped.good,
    falseNegatives: columns.anomalous.length - stopped.anomalous,
    unlabelledAbove: stopped.unlabelled,
    unlabelledBelow: columns.unlabelled.length - stopped.unlabelled,
  };
}

/** How the thresholds that a person chose came about, in a sentence each; without the proposed ones. */
export function useHowChosen({ score, recipe, point, map, mapRecipe, mapPoint }: ChosenThresholds): {
  readonly score: string;
  readonly map: string;
} {
  const points = useOperatingPoints().data;
  const nameOf = (taken: ChosenThresholds['point'], value: number | null) =>
    taken !== null && taken.value === value
      ? (points?.find(({ id }) => id === taken.id)?.name ?? null)
      : null;
  const isCooked = recipe !== null && recipe.value === score;
  const isMapCooked = mapRecipe !== null && mapRecipe.value === map;
  return {
    score: describeChoice(nameOf(point, score), isCooked ? describeRecipe(recipe, 'image', false) : null),
    // Whether masks were counted is known only where they are gone through.
    map: describeChoice(nameOf(mapPoint, map), isMapCooked ? say('Chosen by a rule in Thresholds.') : null),
  };
}

function stableJson(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In what a run differs from the one that a threshold was saved for, in sentences; empty where it means the same there. */
export function describeDifferences(
  point: OperatingPoint,
  run: Run,
  className: string | null,
): readonly string[] {
  const sentences: string[] = [];
  if (point.methodId !== run.methodId) {
    sentences.push(
      say(
        'It was saved for {saved}, and this run is {present}: two methods do not score on one scale, so look at the counts.',
        { saved: methodCatalogue[point.methodId].name, present: methodCatalogue[run.methodId].name },
      ),
    );
  } else if (point.modelId !== run.modelId || point.modelSha256 !== run.modelSha256) {
    sentences.push(
      say('It was saved for another model, whose scores can lie elsewhere: look at the counts.'),
    );
  } else if (point.promptSetId !== run.promptSetId) {
    sentences.push(say('It was saved for other learned prompts: look at the counts.'));
  } else if (stableJson(point.settings) !== stableJson(run.settings)) {
    sentences.push(say('It was saved for a run with other settings or words: look at the counts.'));
  }
  if (point.datasetId !== run.datasetId) {
    sentences.push(say('It was chosen on the images of another data set.'));
  } else if (point.className !== null && point.className !== className) {
    sentences.push(say('It was chosen on the class «{className}» alone.', { className: point.className }));
  }
  return sentences;
}
