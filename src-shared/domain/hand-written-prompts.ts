import imagenetTemplates from '../../assets/prompts/openai-imagenet-templates.json' with { type: 'json' };
import type { MethodId, MethodSettings } from './method.ts';
import { sentencesOf, type PromptText } from './prompt-text.ts';

/** Methods whose sentences are written by hand. */
export const writtenMethodIds = ['clip', 'clip-ac', 'winclip'] as const satisfies readonly MethodId[];
export type WrittenMethodId = (typeof writtenMethodIds)[number];

/** A class name as it reads in a sentence: data sets write `metal_nut`. The settings' words win over it. */
export function objectWords(
  className: string,
  { objectName, objectNames }: Pick<MethodSettings, 'objectName' | 'objectNames'>,
): string {
  const own =
    objectNames !== undefined && Object.hasOwn(objectNames, className) ? objectNames[className] : undefined;
  return own ?? objectName ?? className.replaceAll('_', ' ').trim();
}

/** CLIP's one sentence each (methods.md §3; AnomalyCLIP, appendix). */
const clipText: PromptText = {
  normal: ['a photo of a normal {}'],
  abnormal: ['a photo of an anomalous {}'],
  templates: ['{}'],
};

/** CLIP-AC: OpenAI's 80 ImageNet templates around two states (methods.md §3). */
const clipAcText: PromptText = {
  normal: ['normal {}'],
  abnormal: ['anomalous {}'],
  templates: imagenetTemplates,
};

/**
 * WinCLIP's compositional prompt ensemble (CVPR 2023, §4.1 and appendix; methods.md §4). Templates with «a» and with «the»
 * each: 22 sentences. The reproductions have 21, one of them twice.
 */
const winClipText: PromptText = {
  normal: [
    '{}',
    'flawless {}',
    'perfect {}',
    'unblemished {}',
    '{} without flaw',
    '{} without defect',
    '{} without damage',
  ],
  abnormal: ['damaged {}', '{} with flaw', '{} with defect', '{} with damage'],
  templates: [
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
  ].flatMap((template) => ['a', 'the'].map((article) => template.replace('*', article))),
};

/** What a method of hand-written prompts says by itself, as its paper or released code has it; null for any other method. */
export function ownPromptText(methodId: WrittenMethodId): PromptText;
export function ownPromptText(methodId: MethodId): PromptText | null;
export function ownPromptText(methodId: MethodId): PromptText | null {
  switch (methodId) {
    case 'clip':
      return clipText;
    case 'clip-ac':
      return clipAcText;
    case 'winclip':
      return winClipText;
    case 'baseline':
    case 'anomalyclip':
    case 'faprompt':
    case 'coop':
      return null;
  }
}

/** Every sentence that a method compares an image of the class with, by the settings' text or its own. */
export function writtenSentences(
  methodId: WrittenMethodId,
  object: string,
  { promptText }: Pick<MethodSettings, 'promptText'>,
): ReturnType<typeof sentencesOf> {
  return sentencesOf(promptText ?? ownPromptText(methodId), object);
}
