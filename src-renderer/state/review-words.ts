import { say } from '../texts/say.ts';
import type { LabelFilter, ReviewFilter, ReviewSort } from './review-order.ts';

export const reviewFilterNames: Readonly<Record<ReviewFilter, string>> = {
  all: say('All images'),
  unjudged: say('Without a verdict'),
  disagreement: say('Any disagreement'),
  'verdict-label': say('Verdict against label'),
  'verdict-prediction': say('Verdict against prediction'),
  'label-prediction': say('Label against prediction'),
  'to-check': say('Prediction: to check'),
  defect: say('Verdict: defect'),
  unsure: say('Verdict: unsure'),
  good: say('Verdict: good'),
  failed: say('Could not be scored'),
};

export const labelFilterNames: Readonly<Record<LabelFilter, string>> = {
  all: say('Any label'),
  anomalous: say('Labelled anomalous'),
  good: say('Labelled good'),
  unlabelled: say('Only unlabelled'),
};

export const reviewSortNames: Readonly<Record<ReviewSort, string>> = {
  worst: say('Worst first'),
  nearest: say('Nearest to the threshold'),
  best: say('Best first'),
  name: say('By name'),
  random: say('Random'),
};
