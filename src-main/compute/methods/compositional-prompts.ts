import { winClipStates, type StatePrompts } from '../../../src-shared/domain/hand-written-prompts.ts';

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

/** 154 sentences for a normal object and 88 for an abnormal one. */
export function compositionalPrompts(object: string): StatePrompts {
  const { normal, abnormal } = winClipStates(object);
  const inTemplates = (states: readonly string[]) =>
    states.flatMap((state) => templates.map((template) => template.replace('{}', () => state)));
  return { normal: inTemplates(normal), abnormal: inTemplates(abnormal) };
}
