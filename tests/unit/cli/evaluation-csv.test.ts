import { expect, it } from 'vitest';
import { evaluationCsv } from '../../../src-main/cli/commands/evaluation-text.ts';
import { noPixelFigures } from '../../../src-shared/domain/evaluation.ts';

const image = { auroc: 0.5, ap: null, f1Max: 1 };

it('a class whose name a spreadsheet would compute is words in the table of metrics', () => {
  const csv = evaluationCsv([
    { key: 'clip', classes: [], mean: { image, pixel: noPixelFigures }, published: [] },
    {
      key: 'winclip',
      classes: [
        {
          className: '=HYPERLINK("x")',
          counts: { good: 1, anomalous: 2, masks: 0, failed: 0, references: 0 },
          image,
          pixel: noPixelFigures,
          f1MaxAt: { image: 0.5, pixel: null },
          errorBound: 0,
          meanDurationMs: null,
          notes: [],
        },
      ],
      mean: { image, pixel: noPixelFigures },
      published: [],
    },
  ]);
  const [, mean, ofClass] = csv.split('\r\n');
  expect(mean).toBe('clip,mean,measured,,,,,,0.5,,1,,,,,');
  expect(ofClass).toMatch(/^winclip,"'=HYPERLINK\(""x""\)",measured,1,2,0,0,0,0\.5,,1,/);
});
