import { describe, expect, test } from 'vitest';
import { emptyForm, exportWish, folderName, imagesInForce } from '../../../src-renderer/state/export-form.ts';

const parts = {
  form: emptyForm,
  runIds: [3],
  className: null,
  filters: { filtered: null, reviewed: null },
  isClosed: false,
};

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
    const filters = { filtered: { ids: [], words: 'none' }, reviewed: null };
    expect(exportWish({ ...parts, filters, form: { ...emptyForm, images: 'filtered' } })).toBeNull();
  });

  test('takes the images of the view whose filter is meant, and all where that filter is gone', () => {
    const filters = {
      filtered: { ids: [1, 2], words: 'of Images' },
      reviewed: { ids: [3], words: 'of Review' },
    };
    const asked = (images: 'filtered' | 'reviewed') =>
      exportWish({ ...parts, filters, form: { ...emptyForm, images } })?.images;
    expect(asked('filtered')).toEqual({ kind: 'listed', imageIds: [1, 2], words: 'of Images' });
    expect(asked('reviewed')).toEqual({ kind: 'listed', imageIds: [3], words: 'of Review' });
    const gone = { ...filters, reviewed: null };
    expect(imagesInForce({ ...emptyForm, images: 'reviewed' }, gone, false)).toBe('all');
    expect(
      exportWish({ ...parts, filters: gone, form: { ...emptyForm, images: 'reviewed' } })?.images,
    ).toEqual({ kind: 'all' });
  });

  test('asks for nothing that tells by its count what a run says, as long as one reads blinded', () => {
    const form = { ...emptyForm, images: 'predicted-defect' as const };
    expect(exportWish({ ...parts, form })?.images).toEqual({ kind: 'predicted-defect' });
    expect(exportWish({ ...parts, form, isClosed: true })?.images).toEqual({ kind: 'all' });
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
