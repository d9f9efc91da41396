import { formatCount, formatNoun, formatPercent } from './format.ts';
import type { ProposedThreshold, ThresholdCounts } from './thresholds.ts';

/** How a threshold was chosen, in a sentence. */
export function describeProposal(proposed: ProposedThreshold): string {
  switch (proposed.kind) {
    case 'best-f1':
      return `Chosen for the best F1 (${formatPercent(proposed.f1, 1)}) on ${formatCount(proposed.goodCount)} good and ${formatNoun(proposed.anomalousCount, 'anomalous image')}.`;
    case 'widest-gap':
      return `The best F1 would flag nearly every image, so chosen for the widest gap: ${formatPercent(proposed.recall)} of anomalous and ${formatPercent(proposed.falseAlarmRate)} of good images reach it.`;
    case 'above-good':
      return proposed.goodCount * (1 - proposed.share) < 1
        ? `Only good images are labelled: chosen just above the ${highestOf(proposed.goodCount)}.`
        : `Only good images are labelled: chosen so that ${formatPercent(proposed.share)} of the ${formatCount(proposed.goodCount)} score below it.`;
    case 'most-anomalous':
      return `Only anomalous images are labelled: chosen so that ${formatPercent(proposed.share)} of the ${formatCount(proposed.anomalousCount)} score above it.`;
    case 'top-share':
      return `Nothing is labelled: chosen so that about the highest ${formatPercent(proposed.share)} of ${formatNoun(proposed.imageCount, 'image')} reach it.`;
  }
}

/** `highest score of 7`, or `only score`. */
function highestOf(count: number): string {
  return count === 1 ? 'only score' : `highest score of ${formatCount(count)}`;
}

/** What a threshold does, in words: how many are flagged, and where labels are known how many rightly. */
export function describeCounts(counts: ThresholdCounts, imageCount: number): string {
  const parts = [`Flags ${formatCount(counts.flagged)} of ${formatNoun(imageCount, 'image')}`];
  if (counts.anomalousCount > 0) {
    parts.push(`finds ${formatCount(counts.hits)} of ${formatCount(counts.anomalousCount)} anomalous`);
  }
  if (counts.goodCount > 0) {
    parts.push(`stops ${formatCount(counts.alarms)} of ${formatCount(counts.goodCount)} good`);
  }
  return `${parts.join(', ')}.`;
}
