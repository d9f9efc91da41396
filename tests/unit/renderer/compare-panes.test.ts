import { describe, expect, it } from 'vitest';
import {
  choosePanes,
  paneCuts,
  paneToken,
  parsePaneToken,
  type ComparedPane,
} from '../../../src-renderer/state/compare-panes.ts';
import { paneColumns, sidePanelWidth } from '../../../src-renderer/state/pane-columns.ts';
import { paneHeadings } from '../../../src-renderer/state/pane-headings.ts';
import { otherThreshold, recipeValues } from '../../../src-renderer/state/pane-thresholds.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { scoresOf } from './scores-of.ts';

const point = (id: number, level: 'image' | 'pixel', threshold: number) =>
  ({ id, level, threshold, secondThreshold: null, name: `Point ${id}`, runId: 5 }) as OperatingPoint;

describe('panes', () => {
  const run = (id: number, kind: string) => ({ id, modelId: kind, scoredCount: 3 }) as Run;
  const own = [run(5, 'a'), run(4, 'b'), run(3, 'a'), run(2, 'c'), run(1, 'd')];
  const titleOf = ({ modelId }: Run) => modelId ?? '';
  const tokensFor = (runs: readonly Run[], named: readonly string[] | null) =>
    choosePanes(runs, named, titleOf).map(({ token }) => token);

  it('are those named, in their order, five at most, none twice', () => {
    expect(tokensFor(own, ['2', '5'])).toEqual(['2', '5']);
    expect(tokensFor(own, ['2', '5s0.4', '5', '2', '5p7', '1', '3', '4'])).toEqual([
      '2',
      '5s0.4',
      '5',
      '5p7',
      '1',
    ]);
  });

  it('are the newest of three kinds where none, or only ones that are gone, are named', () => {
    expect(tokensFor(own, null)).toEqual(['5', '4', '2']);
    expect(tokensFor(own, ['77', '5'])).toEqual(['5', '4', '2']);
  });

  it('are two of one kind where there is no other, and too few where one run is all', () => {
    expect(tokensFor([run(3, 'a'), run(2, 'a'), run(1, 'a')], null)).toEqual(['3', '2']);
    expect(tokensFor([run(3, 'a')], null)).toEqual(['3']);
    expect(tokensFor([run(3, 'a')], ['3', '3s0.5'])).toEqual(['3', '3s0.5']);
  });

  it('can be written in an address and read again', () => {
    for (const at of [
      { kind: 'own' },
      { kind: 'score', value: 0.1234567 },
      { kind: 'score', value: -1.5e-7 },
      { kind: 'map', value: 12_345_670 },
      { kind: 'saved', id: 7 },
    ] as const) {
      expect(parsePaneToken(paneToken(5, at))).toEqual({ runId: 5, at });
    }
    expect(parsePaneToken('5x1')).toBeNull();
    expect(parsePaneToken('')).toBeNull();
  });

  it('cut at the level that their threshold is of', () => {
    const points = [point(7, 'image', 0.4), point(8, 'pixel', 0.2)];
    expect(paneCuts({ kind: 'saved', id: 7 }, points)).toEqual({ score: 0.4, second: null, map: null });
    expect(paneCuts({ kind: 'saved', id: 8 }, points)).toEqual({ score: null, second: null, map: 0.2 });
    expect(paneCuts({ kind: 'saved', id: 9 }, points)).toEqual({ score: null, second: null, map: null });
    expect(paneCuts({ kind: 'map', value: 3 }, points)).toEqual({ score: null, second: null, map: 3 });
  });

  it('bring the middle band of their saved threshold along', () => {
    const saved = [{ id: 7, level: 'image', threshold: 0.4, secondThreshold: 0.2 }] as OperatingPoint[];
    expect(paneCuts({ kind: 'saved', id: 7 }, saved)).toEqual({ score: 0.4, second: 0.2, map: null });
  });

  it('of one run once more cut where no other does', () => {
    const scores = scoresOf([1, 9, 'anomalous'], [2, 8, 'anomalous'], [3, 2, 'good'], [4, 1, 'good']);
    const [best] = recipeValues(scores);
    expect(best).toBe(5);
    const other = otherThreshold(scores, [5]);
    expect(other).not.toEqual({ kind: 'score', value: 5 });
    expect(otherThreshold(scoresOf([1, 3, null], [2, 1, null]), [])).toEqual({ kind: 'score', value: 2 });
  });

  it('stand in as many columns as show the image largest', () => {
    const wide = { width: 900, height: 450 };
    expect(paneColumns(5, wide, 1)).toBe(5);
    expect(paneColumns(5, wide, 3)).toBe(3);
    expect(paneColumns(2, { width: 2000, height: 1300 }, 1)).toBe(2);
    expect(paneColumns(3, { width: 0, height: 0 }, 1)).toBe(3);
  });

  it('leave the width that their pictures cannot use to the panel beside them, within bounds', () => {
    const large = { width: 2488, height: 1160 };
    // Two rows of two squares of (1160 / 2 - 76) px and 48 px beside each: 1,104 px in all.
    expect(sidePanelWidth(4, large, 1)).toBe(1120);
    expect(sidePanelWidth(4, { width: 2000, height: 1160 }, 1)).toBe(2000 - 1104);
    expect(sidePanelWidth(3, large, 1)).toBe(560);
    // One above the other, 1,008 px wide each.
    expect(sidePanelWidth(2, large, 2)).toBe(1120);
    expect(sidePanelWidth(2, large, 1)).toBe(560);
    expect(sidePanelWidth(2, { width: 1208, height: 472 }, 1)).toBe(360);
    expect(sidePanelWidth(2, { width: 0, height: 0 }, 1)).toBe(360);
    // The columns are the same in what is left.
    const left = { width: large.width - sidePanelWidth(4, large, 1), height: large.height };
    expect(paneColumns(4, left, 1)).toBe(2);
  });
});

describe('headings of panes', () => {
  const names = {
    models: [
      { id: 'tiny', name: 'Tiny' },
      { id: 'large', name: 'Large' },
    ],
    promptSets: [],
  } as unknown as Parameters<typeof paneHeadings>[1];
  const pane = (change: Partial<Run>, at: ComparedPane['at'] = { kind: 'own' }): ComparedPane => ({
    token: '1',
    run: {
      id: 1,
      methodId: 'clip',
      modelId: 'tiny',
      promptSetId: null,
      settings: {},
      createdAtMs: 0,
      scale: null,
      ...change,
    } as Run,
    at,
  });

  it('say the method alone where only methods differ, and what is shared once', () => {
    const { own, shared } = paneHeadings(
      [pane({}), pane({ methodId: 'clip-ac' }), pane({ methodId: 'baseline', modelId: null })],
      names,
      [],
    );
    expect(own).toEqual(['CLIP', 'CLIP-AC', 'Block statistics']);
    expect(shared).toBe('Tiny');
  });

  it('say learned prompts of those that have them, not of all', () => {
    const learned = {
      promptSets: [{ id: 4, name: 'Plates' }],
      models: names.models,
    } as unknown as typeof names;
    const panes = [pane({}), pane({ methodId: 'anomalyclip', promptSetId: 4 })];
    expect(paneHeadings(panes, learned, [])).toEqual({
      own: ['CLIP', 'AnomalyCLIP · Plates'],
      shared: 'Tiny',
    });
  });

  it('say models, words and settings where these differ', () => {
    expect(paneHeadings([pane({}), pane({ modelId: 'large' })], names, [])).toEqual({
      own: ['Tiny', 'Large'],
      shared: 'CLIP',
    });
    expect(
      paneHeadings([pane({}), pane({ settings: { objectName: 'metal nut', sigmaPx: 2 } })], names, []).own,
    ).toEqual(['usual settings', '«metal nut» · σ 2']);
  });

  it('say thresholds where one run is cut twice', () => {
    const at = [{ kind: 'own' }, { kind: 'score', value: 0.25 }, { kind: 'saved', id: 7 }] as const;
    const { own, shared } = paneHeadings(
      at.map((each) => pane({}, each)),
      names,
      [point(7, 'image', 0.4)],
    );
    expect(own).toEqual(['cut as in Review', 'score ≥ 0.250', 'Point 7']);
    const three = paneHeadings(
      [pane({ methodId: 'clip-ac' }), pane({}), pane({}, { kind: 'map', value: 0.5 })],
      names,
      [],
    );
    expect(three.own).toEqual(['CLIP-AC', 'CLIP · cut as in Review', 'CLIP · map ≥ 0.500']);
    expect(shared).toBe('CLIP · Tiny');
  });

  it('say when they were made where nothing else tells them apart', () => {
    const { own } = paneHeadings([pane({}), pane({ createdAtMs: 86_400_000 })], names, []);
    expect(new Set(own).size).toBe(2);
    expect(own[0]).toMatch(/1970/);
  });
});
