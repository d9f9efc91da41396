import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importPictures, openTestCore, temporaryFolder } from '../core/support/harness.ts';

describe('verdicts in a file', () => {
  test('have every row of the trail, safe for a spreadsheet, and the same as JSON', async () => {
    const opened = await openTestCore();
    const { datasetId } = await importPictures(opened, ['-1.png', 'b.png']);
    const { core } = opened;
    await core.call('settings.set', { key: 'author', value: '@Ines' });
    const { imageIds } = await core.call('images.columns', { datasetId, runId: null });
    const say = (row: number, value: 'good' | 'defect' | null, note: string) =>
      core.call('verdicts.record', {
        ...{ imageId: imageIds[row]!, value, note, runId: null, threshold: null, wasBlind: false },
      });
    const first = await say(0, 'good', '');
    const second = await say(0, 'defect', '=HYPERLINK("x")');
    await say(1, null, 'blurred');
    const folder = await temporaryFolder();
    const file = join(folder, 'new', 'verdicts.csv');
    expect(await core.call('verdicts.export', { datasetId, file })).toEqual({ file, count: 3 });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'image,verdict,note,author,time,holds,id,supersedes,restores,run,method,model,model_sha256,score,threshold,blinded',
    );
    const time = (atMs: number) => new Date(atMs).toISOString();
    expect(lines[1]).toBe(`./-1.png,good,,'@Ines,${time(first.createdAtMs)},no,${first.id},,,,,,,,,`);
    expect(lines[2]).toBe(
      `./-1.png,defect,"'=HYPERLINK(""x"")",'@Ines,${time(second.createdAtMs)},yes,${second.id},${first.id},,,,,,,,`,
    );
    const json = join(folder, 'verdicts.json');
    await core.call('verdicts.export', { datasetId, file: json });
    const { verdicts } = JSON.parse(await readFile(json, 'utf8')) as {
      verdicts: readonly { imagePath: string; value: string | null; holds: boolean }[];
    };
    expect(verdicts.map(({ imagePath, value, holds }) => [imagePath, value, holds])).toEqual([
      ['-1.png', 'good', false],
      ['-1.png', 'defect', true],
      ['b.png', null, true],
    ]);
    await expect(
      core.call('verdicts.export', { datasetId, file: join(folder, 'x.txt') }),
    ).rejects.toMatchObject({ code: 'bad-request' });
    expect((await readdir(folder)).sort()).toEqual(['new', 'verdicts.json']);
  });
});
