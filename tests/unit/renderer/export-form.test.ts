import { describe, expect, test } from 'vitest';
import { emptyForm, exportWish, folderName } from '../../../src-renderer/state/export-form.ts';

const parts = { form: emptyForm, runIds: [3], className: null, filteredIds: [], filterWords: 'filtered' };

describe('what the page of an export asks for', () => {
  test('is a table and a report of the shown run to begin with', () => {
    expect(exportWish(parts)).toMatchObject({
      runs: [{ runId: 3 }],
      images: { kind: 'all' },
      options: { what: ['csv'], className: null },
      report: { imagesPerClass: 8 },
    });
  });

  test('is nothing without a run, without anything to write, and for a filter that leaves no image', () => {
    expect(exportWish({ ...parts, runIds: [] })).toBeNull();
    expect(exportWish({ ...parts, form: { ...emptyForm, what: [], hasReport: false } })).toBeNull();
    expect(exportWish({ ...parts, form: { ...emptyForm, images: 'filtered' } })).toBeNull();
  });

  test('takes saved thresholds for the runs that they were chosen for', () => {
    const form = { ...emptyForm, pointsByRun: { 3: { score: 7, map: null } } };
    expect(exportWish({ ...parts, form, runIds: [3, 4] })?.runs).toEqual([
      { runId: 3, scoreThreshold: { kind: 'operating-point', id: 7 } },
      { runId: 4 },
    ]);
  });

  test('names folders so that every file system takes them', () => {
    expect(folderName('Batch 7: left/right')).toBe('batch-7-left-right');
    expect(folderName('..')).toBe('export');
    expect(folderName('Prüfteile')).toBe('prufteile');
  });
});
