import type { MethodId } from './method.ts';

/** A class name as it reads in a sentence: data sets write `metal_nut`. The setting's words win over it. */
export function objectWords(
  className: string,
  settings: { readonly objectName?: string | undefined },
): string {
  return settings.objectName ?? className.replaceAll('_', ' ').trim();
}

/** Sentences or states for a normal object and for an abnormal one. */
export interface StatePrompts {
  readonly normal: readonly string[];
  readonly abnormal: readonly string[];
}

/** CLIP's one sentence each (methods.md §3; AnomalyCLIP, appendix). */
export function clipSentences(object: string): { readonly normal: string; readonly abnormal: string } {
  return { normal: `a photo of a normal ${object}`, abnormal: `a photo of an anomalous ${object}` };
}

/** What CLIP-AC puts into each of its templates (methods.md §3). */
export function clipAcStates(object: string): { readonly normal: string; readonly abnormal: string } {
  return { normal: `normal ${object}`, abnormal: `anomalous ${object}` };
}

const normalStates = [
  '{}',
  'flawless {}',
  'perfect {}',
  'unblemished {}',
  '{} without flaw',
  '{} without defect',
  '{} without damage',
];
const abnormalStates = ['damaged {}', '{} with flaw', '{} with defect', '{} with damage'];

/** States of an object in WinCLIP's compositional prompt ensemble (CVPR 2023, §4.1 and appendix; methods.md §4). */
export function winClipStates(object: string): StatePrompts {
  const about = (states: readonly string[]) => states.map((state) => state.replace('{}', () => object));
  return { normal: about(normalStates), abnormal: about(abnormalStates) };
}

export interface WrittenPrompts extends StatePrompts {
  /** Templates that each state is put into; 1 where it is the sentence itself. */
  readonly templateCount: number;
}

/** What a method of hand-written prompts says of an object; null for one that learned its prompts or has none. */
export function writtenPrompts(methodId: MethodId, object: string): WrittenPrompts | null {
  switch (methodId) {
    case 'clip': {
      const { normal, abnormal } = clipSentences(object);
      return { normal: [normal], abnormal: [abnormal], templateCount: 1 };
    }
    case 'clip-ac': {
      const { normal, abnormal } = clipAcStates(object);
      return { normal: [normal], abnormal: [abnormal], templateCount: 80 };
    }
    case 'winclip':
      return { ...winClipStates(object), templateCount: 22 };
    case 'baseline':
    case 'anomalyclip':
    case 'faprompt':
      return null;
  }
}
