/** States of an object in WinCLIP's compositional prompt ensemble (CVPR 2023, §4.1 and appendix; methods.md §4). */
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

/** With «a» and with «the» each: 22 sentences. The reproductions have 21, one of them twice. */
const templates = [
  'a cropped photo of * {}.',
  'a close-up photo of * {}.',
  'a bright photo of * {}.',
  'a dark photo of * {}.',
  'a jpeg corrupted photo of * {}.',
  'a blurry photo of * {}.',
  'a photo of * {}.',
  'a photo of * small {}.',
  'a photo of * large {}.',
  'a photo of * {} for visual inspection.',
  'a photo of * {} for anomaly detection.',
].flatMap((template) => ['a', 'the'].map((article) => template.replace('*', article)));

export interface StatePrompts {
  readonly normal: readonly string[];
  readonly abnormal: readonly string[];
}

/** 154 sentences for a normal object and 88 for an abnormal one. */
export function compositionalPrompts(object: string): StatePrompts {
  const inTemplates = (states: readonly string[]) =>
    states.flatMap((state) =>
      templates.map((template) => template.replace('{}', () => state.replace('{}', () => object))),
    );
  return { normal: inTemplates(normalStates), abnormal: inTemplates(abnormalStates) };
}
