import type { CookedThreshold } from '../../src-shared/domain/chosen-thresholds.ts';
import { say } from '../texts/say.ts';
import { formatPercent } from './format.ts';
import type { ProposedThreshold, ThresholdCounts } from './thresholds.ts';

/** How a threshold was chosen, in a sentence. */
export function describeProposal(proposed: ProposedThreshold): string {
  switch (proposed.kind) {
    case 'best-f1':
      return say(
        'Chosen for the best F1 ({f1}) on {good, number} good and {anomalous, plural, one {# anomalous image} other {# anomalous images}}.',
        { f1: formatPercent(proposed.f1, 1), good: proposed.goodCount, anomalous: proposed.anomalousCount },
      );
    case 'widest-gap':
      return say(
        'The best F1 would flag nearly every image, so chosen for the widest gap: {recall} of anomalous and {alarms} of good images reach it.',
        { recall: formatPercent(proposed.recall), alarms: formatPercent(proposed.falseAlarmRate) },
      );
    case 'above-good':
      return proposed.goodCount * (1 - proposed.share) < 1
        ? say(
            'Only good images are labelled: chosen just above the {count, plural, one {only score} other {highest score of #}}.',
            { count: proposed.goodCount },
          )
        : say(
            'Only good images are labelled: chosen so that {share} of the {count, number} score below it.',
            {
              share: formatPercent(proposed.share),
              count: proposed.goodCount,
            },
          );
    case 'most-anomalous':
      return say(
        'Only anomalous images are labelled: chosen so that {share} of the {count, number} score above it.',
        { share: formatPercent(proposed.share), count: proposed.anomalousCount },
      );
    case 'top-share':
      return say(
        'Nothing is labelled: chosen so that about the highest {share} of {count, plural, one {# image} other {# images}} reach it.',
        { share: formatPercent(proposed.share), count: proposed.imageCount },
      );
  }
}

/** What a threshold does, in words: how many are flagged, and where labels are known how many rightly. */
export function describeCounts(counts: ThresholdCounts, imageCount: number): string {
  const { flagged, hits, alarms, anomalousCount, goodCount } = counts;
  const values = { flagged, hits, alarms, anomalousCount, goodCount, imageCount };
  if (anomalousCount > 0 && goodCount > 0) {
    return say(
      'Flags {flagged, number} of {imageCount, plural, one {# image} other {# images}}, finds {hits, number} of {anomalousCount, number} anomalous, stops {alarms, number} of {goodCount, number} good.',
      values,
    );
  }
  if (anomalousCount > 0) {
    return say(
      'Flags {flagged, number} of {imageCount, plural, one {# image} other {# images}}, finds {hits, number} of {anomalousCount, number} anomalous.',
      values,
    );
  }
  if (goodCount > 0) {
    return say(
      'Flags {flagged, number} of {imageCount, plural, one {# image} other {# images}}, stops {alarms, number} of {goodCount, number} good.',
      values,
    );
  }
  return say('Flags {flagged, number} of {imageCount, plural, one {# image} other {# images}}.', values);
}

/** What a threshold is laid on. */
export type ThresholdLevel = 'image' | 'pixel';

/** A share that recipes aim at, with the decimals that it needs. */
export function formatTarget(share: number): string {
  return share > 0 && share < 0.005
    ? say('{count} %', { count: Number((share * 100).toPrecision(3)) })
    : formatPercent(share, Number.isInteger(Math.round(share * 1e4) / 100) ? 0 : 1);
}

/** By which rule a threshold came where it is. `hasMasks`: at the pixel level, what is missed are marked defects. */
export function describeRecipe(
  { kind, target }: Pick<CookedThreshold, 'kind' | 'target'>,
  level: ThresholdLevel,
  hasMasks: boolean,
): string {
  const values = { share: formatTarget(target ?? 0) };
  if (level === 'image') {
    switch (kind) {
      case 'best-f1':
        return say('Chosen for the best F1 on the labelled images.');
      case 'recall-1':
        return say(
          'Chosen so that no labelled anomalous image is missed, with the best precision that allows.',
        );
      case 'false-alarm-rate':
        return say('Chosen as the lowest that stops at most {share} of the good images.', values);
      case 'miss-rate':
        return say('Chosen as the highest that misses at most {share} of the anomalous images.', values);
      case 'alarm-share':
        return say('Chosen as the lowest that stops at most {share} of the batch.', values);
    }
  }
  switch (kind) {
    case 'best-f1':
      return hasMasks
        ? say('Chosen for the best F1 of the pixels that are marked or known to be good.')
        : say('Chosen for the best F1 of the labelled images: those with a region count as stopped.');
    case 'recall-1':
      return hasMasks
        ? say('Chosen as the highest at which every marked defect is touched by a region.')
        : say('Chosen as the highest at which every anomalous image has a region.');
    case 'false-alarm-rate':
      return say('Chosen as the lowest at which at most {share} of the good images have a region.', values);
    case 'miss-rate':
      return hasMasks
        ? say('Chosen as the highest at which at most {share} of the marked defects are missed.', values)
        : say(
            'Chosen as the highest at which at most {share} of the anomalous images have no region.',
            values,
          );
    case 'alarm-share':
      return say('Chosen as the lowest at which at most {share} of the batch has a region.', values);
  }
}

/** Where a threshold that a person chose came from; `how`: by which rule. */
export function describeChoice(pointName: string | null, how: string | null): string {
  if (pointName === null) return how ?? say('Set by you.');
  return how === null
    ? say('Taken from «{name}», where it was set by hand.', { name: pointName })
    : say('Taken from «{name}». {how}', { name: pointName, how });
}
