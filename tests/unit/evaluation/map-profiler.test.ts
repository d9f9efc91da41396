import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { profileBinCount, profileEdges } from '../../../src-shared/metrics/map-profile.ts';
import { baselineRun, openTestCore, temporaryFolder, writeTree } from '../core/support/harness.ts';

async function halfMask(): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) => (i % 16 < 8 ? 255 : 0));
  return await sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

/** Two good images, one anomalous with a mask and one without, of two classes. */
async function scannedSet() {
  const opened = await openTestCore();
  const root = await temporaryFolder();
  await writeTree(root, {
    'nut/test/good/10.png': 'picture',
    'nut/test/good/60.png': 'picture',
    'nut/test/crack/90.png': 'picture',
    'nut/ground_truth/crack/90_mask.png': await halfMask(),
    'bolt/test/bent/80.png': 'picture',
  });
  const { dataset, job } = await opened.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await opened.jobEnd(job.id);
  const created = await opened.core.call('runs.create', baselineRun(dataset.id));
  await opened.jobEnd(created.job.id);
  return { ...opened, root, runId: created.run.id };
}

const sum = (column: readonly number[]) => column.reduce((total, count) => total + count, 0);

describe('the profile of a run’s maps', () => {
  it('counts every pixel once, under what its image’s mask says', async () => {
    const { core, runId } = await scannedSet();
    const run = await core.call('runs.get', { runId });
    const pixelCount = run.rendering.sizePx ** 2;
    const profile = await core.call('runs.mapProfile', { runId, className: null, minRegionAreaPx: 1 });
    expect(sum(profile.pixels.normal)).toBe(2.5 * pixelCount);
    expect(sum(profile.pixels.anomalous)).toBe(0.5 * pixelCount);
    expect(sum(profile.pixels.unlabelled)).toBe(pixelCount);
    expect(profile).toMatchObject({ defectCount: 1, masked: 1, unmasked: 1, unreadable: 0 });
    expect(profile.falseRegions).toHaveLength(profileBinCount);
    expect([profile.mapMin, profile.mapMax]).toEqual([run.scale?.mapMin, run.scale?.mapMax]);
    // Worst first, and the highest value of all maps is where the first region appears.
    expect(profile.peakBins).toEqual([...profile.peakBins].sort((a, b) => b - a));
    const edges = profileEdges(profile.mapMin, profile.mapMax);
    expect(edges[(profile.peakBins[0] ?? 0) + 1]).toBeGreaterThan(profile.mapMin);
    expect(profile.labels.filter((label) => label === 'good')).toHaveLength(2);
  });

  it('is of one class alone where that is wanted', async () => {
    const { core, runId } = await scannedSet();
    const profile = await core.call('runs.mapProfile', { runId, className: 'bolt', minRegionAreaPx: 1 });
    expect(profile.imageIds).toHaveLength(1);
    expect(profile).toMatchObject({ className: 'bolt', defectCount: 0, masked: 0, unmasked: 1 });
  });

  it('tells of a mask that cannot be read, and counts its image as if nobody knew', async () => {
    const { core, root, runId } = await scannedSet();
    await writeFile(join(root, 'nut/ground_truth/crack/90_mask.png'), 'no picture');
    const profile = await core.call('runs.mapProfile', { runId, className: 'nut', minRegionAreaPx: 1 });
    expect(profile).toMatchObject({ defectCount: 0, unreadable: 1 });
    expect(profile.problems[0]).toContain('nut/test/crack/90.png');
    expect(sum(profile.pixels.anomalous)).toBe(0);
  });

  it('is ended by a newer wish for the same run, and by being stopped', async () => {
    const { core, runId } = await scannedSet();
    const wish = (minRegionAreaPx: number) =>
      core.call('runs.mapProfile', { runId, className: null, minRegionAreaPx });
    const [older, newer] = [wish(2), wish(3)];
    await expect(older).rejects.toMatchObject({ code: 'cancelled' });
    expect((await newer).minRegionAreaPx).toBe(3);
    const stopped = wish(4);
    await core.call('runs.stopProfiling', { runId });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect((await wish(4)).minRegionAreaPx).toBe(4);
  });

  it('is refused for a run that is gone', async () => {
    const { core } = await scannedSet();
    await expect(
      core.call('runs.mapProfile', { runId: 99, className: null, minRegionAreaPx: 1 }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
