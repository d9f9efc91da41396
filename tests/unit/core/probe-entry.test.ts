import { describe, expect, it } from 'vitest';
import { WorkbenchError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import type { Problem } from '../../../src-shared/domain/dataset.ts';
import type { KnownImage } from '../../../src-main/core/db/images-repository.ts';
import { probeEntry } from '../../../src-main/core/datasets/probe-entry.ts';
import { temporaryFolder, writeTree } from './support/harness.ts';

const entry = {
  path: 'a.png',
  className: 'part',
  split: null,
  defect: null,
  label: null,
  maskPath: null,
} as const;

const known: KnownImage = {
  id: 7,
  path: 'a.png',
  className: 'part',
  label: null,
  maskIsFull: false,
  widthPx: 16,
  heightPx: 12,
  sizeBytes: 1,
  modifiedAtMs: 1,
  maskPath: null,
  maskSizeBytes: null,
  maskModifiedAtMs: null,
};

/** Looks at a file that is another one than `known`, with a probe that fails with `code`. */
async function probe(code: ErrorCode, before: KnownImage | null = known) {
  const root = await temporaryFolder();
  await writeTree(root, { 'a.png': 'picture' });
  const problems: Problem[] = [];
  const fail = () => Promise.reject(new WorkbenchError(code, 'It did not work.'));
  const record = await probeEntry({
    root,
    entry,
    known: before ?? undefined,
    probe: fail,
    probeMask: fail,
    problems,
  });
  return { record, problems };
}

describe('looking at a known image', () => {
  it.each(['unreadable', 'forbidden', 'busy'] as const)(
    'keeps it as it was, and so its results, where the disk says «%s»',
    async (code) => {
      const { record, problems } = await probe(code);
      expect(record).toMatchObject({ path: 'a.png', sizeBytes: 1, modifiedAtMs: 1, widthPx: 16 });
      expect(record).not.toHaveProperty('id');
      expect(problems).toMatchObject([{ path: 'a.png', code: 'unreadable-image' }]);
    },
  );

  it('drops it where its content is no image any more, and what was never known', async () => {
    expect((await probe('corrupt-file')).record).toBeNull();
    expect((await probe('unreadable', null)).record).toBeNull();
  });
});
