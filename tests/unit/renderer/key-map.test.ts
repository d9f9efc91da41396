import { describe, expect, it } from 'vitest';
import {
  actionIds,
  chordOf,
  defaultKeySettings,
  findAction,
  findConflicts,
  keyMapOf,
  keyPresetSchema,
  keySettingsSchema,
  showChord,
} from '../../../src-renderer/state/key-map.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('the key map', () => {
  it('names a press by its modifiers and its key', () => {
    expect(chordOf({ ...plain, key: 'a' })).toBe('A');
    expect(chordOf({ ...plain, key: 'A', shiftKey: true })).toBe('Shift+A');
    expect(chordOf({ ...plain, key: 'k', metaKey: true })).toBe('Ctrl+K');
    expect(chordOf({ ...plain, key: ' ' })).toBe('Space');
  });

  it('takes Shift as part of how a sign is typed', () => {
    expect(chordOf({ ...plain, key: '?', shiftKey: true })).toBe('?');
    expect(chordOf({ ...plain, key: '+', shiftKey: true })).toBe('+');
  });

  it('gives a modifier alone no name', () => {
    expect(chordOf({ ...plain, key: 'Shift', shiftKey: true })).toBeNull();
  });

  it.each(keyPresetSchema.options)(
    'has a key for every action and no conflict in the preset «%s»',
    (preset) => {
      const keyMap = keyMapOf({ preset, own: {} });
      expect(actionIds.filter((id) => keyMap[id].length === 0)).toEqual([]);
      expect(findConflicts(keyMap)).toEqual([]);
    },
  );

  it('finds the action of a chord in its scope only', () => {
    const keyMap = keyMapOf(defaultKeySettings);
    expect(findAction(keyMap, 'D', 'review')).toBe('verdict.defect');
    expect(findAction(keyMap, 'D', 'everywhere')).toBeNull();
    expect(findAction(keyMap, 'Ctrl+K', 'review')).toBe('search.open');
    expect(findAction(keyMap, null, 'review')).toBeNull();
  });

  it('follows a preset, and what was changed in it', () => {
    expect(findAction(keyMapOf({ preset: 'cvat', own: {} }), 'D', 'review')).toBe('image.previous');
    const own = keyMapOf({ preset: 'cvat', own: { 'verdict.defect': ['Q'] } });
    expect(findAction(own, 'Q', 'review')).toBe('verdict.defect');
    expect(findAction(own, 'R', 'review')).toBeNull();
  });

  it('says which actions claim the same key', () => {
    const keyMap = keyMapOf({ preset: 'default', own: { 'verdict.good': ['D'] } });
    expect(findConflicts(keyMap)).toEqual([{ chord: 'D', actions: ['verdict.good', 'verdict.defect'] }]);
  });

  it('reads stored settings of another version without losing those it knows', () => {
    expect(keySettingsSchema.parse({ preset: 'emacs', own: { gone: ['Q'] } })).toEqual({
      preset: 'default',
      own: { gone: ['Q'] },
    });
    expect(keySettingsSchema.parse({ preset: 'cvat', own: 7 })).toEqual({ preset: 'cvat', own: {} });
  });

  it('shows a chord as people read it', () => {
    expect(showChord('ArrowLeft')).toBe('←');
    expect(showChord('Ctrl+-')).toBe('Ctrl+−');
    expect(showChord('Ctrl++')).toBe('Ctrl++');
  });
});
