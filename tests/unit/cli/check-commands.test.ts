import { describe, expect, it } from 'vitest';
import { createFakeCore } from '../../support/fake-core.ts';
import { cli } from './fake-cli.ts';

describe('checks', () => {
  const items = [
    { item: 'clip image', state: 'pass' as const, error: 1e-6, tolerance: 'at most 1e-4', detail: '' },
    { item: 'winclip', state: 'not available' as const, error: null, tolerance: '', detail: 'not built yet' },
  ];

  it('conform where everything that is built passes', async () => {
    const core = () => createFakeCore({ 'app.conformance': () => ({ items }) });
    expect((await cli(core(), ['conformance', 'golden', '--json'])).json()).toEqual({
      items,
      summary: { passed: 1, failed: 0, notAvailable: 1 },
    });
    const { code, out } = await cli(core(), ['conformance', 'golden']);
    expect(code).toBe(0);
    expect(out).toContain('1 pass, 0 fail, 1 not available');
    expect(out).toMatch(/clip image +pass +1\.0e-6 +at most 1e-4/);
  });

  it('fail where one item fails, and where there is nothing to check', async () => {
    const failing = [...items, { ...items[0]!, state: 'fail' as const, error: 0.5 }];
    const failed = await cli(createFakeCore({ 'app.conformance': () => ({ items: failing }) }), [
      'conformance',
      'golden',
      '--json',
    ]);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ summary: { failed: 1 }, error: { code: 'incompatible' } });
    const empty = createFakeCore({ 'app.conformance': () => ({ items: [] }) });
    expect((await cli(empty, ['conformance', 'golden'])).code).toBe(1);
  });

  it('doctor fails where something must be mended, not for a warning', async () => {
    const check = (state: 'ok' | 'warning' | 'error') => ({ name: 'Free space', state, detail: '1 GiB' });
    const doctor = (state: 'ok' | 'warning' | 'error') =>
      createFakeCore({ 'app.doctor': () => ({ checks: [check(state)] }) });
    expect((await cli(doctor('warning'), ['doctor'])).code).toBe(0);
    const broken = await cli(doctor('error'), ['doctor', '--json']);
    expect(broken.code).toBe(1);
    expect(broken.json()).toMatchObject({ checks: [{ state: 'error' }], error: { code: 'unavailable' } });
  });
});
