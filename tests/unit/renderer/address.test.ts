import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  formatAddress,
  onGoing,
  openAddress,
  parseAddress,
  startAddress,
  useAddressStore,
  views,
  type Address,
} from '../../../src-renderer/state/address.ts';
import { galleryTokens } from '../../../src-renderer/state/gallery.ts';

describe('addresses', () => {
  it('says where the window is in words that a reader understands', () => {
    const address: Address = { ...startAddress, view: 'review', datasetId: 3, runId: 5, imageId: 17 };
    expect(formatAddress(address)).toBe('#/review?set=3&run=5&image=17');
  });

  it('comes back as it was written, whatever is in folder and class names', () => {
    const id = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: null });
    const text = fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: null });
    fc.assert(
      fc.property(
        fc.record({
          view: fc.constantFrom(...views),
          datasetId: id,
          runId: id,
          againRunId: id,
          promptSetId: id,
          trainingId: id,
          epoch: id,
          against: id,
          checkpoint: fc.constantFrom(null, '3-2'),
          imageId: id,
          className: text,
          sort: fc.constantFrom('score' as const, 'path' as const, 'verdict' as const, 'class' as const),
          direction: fc.constantFrom(null, 'turned' as const),
          find: fc.option(fc.string({ minLength: 1 })),
          only: fc.option(fc.subarray([...galleryTokens])),
          scoreFrom: fc.option(fc.integer({ min: -9, max: 9 }).map((tenths) => tenths / 10 + 0)),
          scoreTo: fc.option(fc.double({ noNaN: true, min: 0.1, max: 9 })),
          shown: fc.constantFrom('all' as const, 'unjudged' as const, 'disagreement' as const),
          labelled: fc.constantFrom('all' as const, 'unlabelled' as const),
          sorted: fc.constantFrom('worst' as const, 'nearest' as const, 'random' as const),
          path: text,
          layout: fc.constantFrom('folder' as const, 'mvtec' as const, null),
          methodIds: fc.constantFrom([], ['baseline'] as const, ['clip', 'anomalyclip'] as const, null),
          curve: fc.constantFrom('roc' as const, 'pr' as const),
          level: fc.constantFrom('image' as const, 'pixel' as const),
          panes: fc.constantFrom(null, ['5'], ['5', '5s0.42', '6m-1.5e-7', '7p12']),
          order: fc.constantFrom('disagreement' as const, 'cell' as const),
          metric: fc.constantFrom('image.auroc' as const, 'pixel.aupro' as const),
          byPane: fc.constantFrom(null, '5', '5s0.42'),
          andPane: fc.constantFrom(null, '6m-1.5e-7'),
          among: fc.constantFrom(null, ['label-good', 'panes-differ'] as const),
          side: fc.constantFrom('metrics' as const, 'none' as const),
        }),
        (address) => {
          expect(parseAddress(formatAddress(address))).toEqual(address);
        },
      ),
    );
  });

  it('starts at Data where the address is empty or leads nowhere', () => {
    expect(parseAddress('')).toEqual(startAddress);
    expect(parseAddress('#/no-such-view?set=3')).toEqual(startAddress);
  });

  it('drops single parts that cannot be read and keeps the others', () => {
    expect(parseAddress('#/review?set=abc&run=5&image=-1&sort=odd')).toEqual({
      ...startAddress,
      view: 'review',
      runId: 5,
    });
  });

  it('takes no checkpoint that is none', () => {
    expect(parseAddress('#/prompts?checkpoint=3-2').checkpoint).toBe('3-2');
    for (const text of ['', '3', '3-', '-2', '0-1', '3-2-1', 'a-b', '3-99999999'])
      expect(parseAddress(`#/prompts?checkpoint=${text}`).checkpoint, text).toBeNull();
  });
});

describe('the address bar', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** A window with an address bar; `goTo` tells of a step by both events, as browsers do. */
  function openBar(hash: string) {
    const events = new EventTarget();
    const location = { hash };
    const write = (_state: unknown, _title: string, address: string) => {
      location.hash = address;
    };
    vi.stubGlobal('window', {
      location,
      history: { pushState: write, replaceState: write },
      addEventListener: events.addEventListener.bind(events),
    });
    openAddress(null);
    return (to: string) => {
      location.hash = to;
      events.dispatchEvent(new Event('popstate'));
      events.dispatchEvent(new Event('hashchange'));
    };
  }

  it('tells of a step once, to those who load what will be shown before those who draw it', () => {
    const goTo = openBar('#/review?set=1&run=2&image=3');
    const told: string[] = [];
    const stop = onGoing((address, before) => told.push(`load ${address.imageId} after ${before.imageId}`));
    const stopDrawing = useAddressStore.subscribe(({ address }) => told.push(`draw ${address.imageId}`));
    goTo('#/review?set=1&run=2&image=7');
    expect(told).toEqual(['load 7 after 3', 'draw 7']);
    useAddressStore.getState().replace({ imageId: 8 });
    useAddressStore.getState().go({ imageId: 9 });
    expect(told.slice(2)).toEqual(['load 8 after 7', 'draw 8', 'load 9 after 8', 'draw 9']);
    stop();
    stopDrawing();
  });

  it('keeps the very lists that did not change, so that nothing of them is drawn anew', () => {
    const goTo = openBar('#/compare?set=1&runs=2,3&among=label-good');
    const { panes, among } = useAddressStore.getState().address;
    goTo('#/compare?set=1&runs=2,3&among=label-none&image=4');
    const { address } = useAddressStore.getState();
    expect(panes).toEqual(['2', '3']);
    expect(address.panes).toBe(panes);
    expect(address.among).toEqual(['label-none']);
    expect(address.among).not.toBe(among);
    expect(address.imageId).toBe(4);
  });
});
