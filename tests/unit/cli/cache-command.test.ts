import { describe, expect, it } from 'vitest';
import { createFakeCore } from '../../support/fake-core.ts';
import { cli, nothing } from './fake-cli.ts';

const full = {
  parts: [
    { kind: 'models', sizeBytes: 600_000_000 },
    { kind: 'features of images', sizeBytes: 90_000_000 },
    { kind: 'thumbnails', sizeBytes: 2_000_000 },
  ],
  freeBytes: 5_000_000_000,
  thumbnailLimitBytes: 2_000_000_000,
  featureLimitBytes: 8_000_000_000,
};
const withoutFeatures = { ...full, parts: full.parts.filter(({ kind }) => kind !== 'features of images') };

describe('cache', () => {
  it('shows what the data folder takes, and how much may be kept', async () => {
    const core = () => createFakeCore({ 'app.diskUse': () => full });
    const { code, out } = await cli(core(), ['cache', 'show']);
    expect(code).toBe(0);
    expect(out).toMatch(/features of images +90\.0 MB/);
    expect(out).toContain('Features may take 8.00 GB, thumbnails 2.00 GB; 5.00 GB of the disk are free.');
    expect((await cli(core(), ['cache', 'show', '--json'])).json()).toEqual(full);
  });

  it('deletes the one that was named, and says how much that gave back', async () => {
    const core = createFakeCore({ 'app.diskUse': () => full, 'app.clearFeatures': () => withoutFeatures });
    const { code, out } = await cli(core, ['cache', 'clear', 'features']);
    expect(code).toBe(0);
    expect(out).toContain('90.0 MB given back.');
    expect(core.calls.map(({ method }) => method)).not.toContain('app.clearThumbnails');
  });

  it('limits the one that was named', async () => {
    const core = createFakeCore({
      'app.diskUse': () => full,
      'app.limitThumbnails': () => ({ ...full, thumbnailLimitBytes: 1_500_000_000 }),
    });
    const { json } = await cli(core, ['cache', 'limit', 'thumbnails', '1.5 gb', '--json']);
    expect(json()).toMatchObject({ thumbnailLimitBytes: 1_500_000_000, freedBytes: 0 });
    expect(core.calls).toContainEqual({
      method: 'app.limitThumbnails',
      params: { limitBytes: 1_500_000_000 },
    });
  });

  it.each([['4'], ['4 apples'], ['49MB'], ['-1GB'], ['999999999TB'], ['']])(
    'refuses %j as a size',
    async (size) => {
      const { code, err } = await cli(nothing(), ['cache', 'limit', 'features', '--', size]);
      expect(code).toBe(2);
      expect(err).toContain('at least 50MB');
    },
  );
});
