import type { MethodId, MethodInfo } from './method.ts';

export type MethodMetadata = Omit<MethodInfo, 'unavailable'>;

/**
 * Name, summary and needs of every method, in the order users see them. The method registry of the compute process
 * implements exactly these; core, command line and renderer know methods from here without importing one.
 */
export const methodCatalogue = {
  baseline: {
    id: 'baseline',
    name: 'Block statistics',
    summary: 'Finds blocks whose colour and texture are unlike the rest of the same image; needs no model.',
    needsModel: false,
    needsLearnedPrompts: false,
  },
  clip: {
    id: 'clip',
    name: 'CLIP',
    summary: 'Compares the image with the sentences «a photo of a normal …» and «a photo of an anomalous …».',
    needsModel: true,
    needsLearnedPrompts: false,
  },
  'clip-ac': {
    id: 'clip-ac',
    name: 'CLIP-AC',
    summary: 'CLIP with the average of 80 sentence templates for normal and for anomalous.',
    needsModel: true,
    needsLearnedPrompts: false,
  },
  winclip: {
    id: 'winclip',
    name: 'WinCLIP',
    summary:
      'CLIP on small windows all over the image, with many sentences; can also compare with a few normal images of your own.',
    needsModel: true,
    needsLearnedPrompts: false,
  },
  anomalyclip: {
    id: 'anomalyclip',
    name: 'AnomalyCLIP',
    summary: 'CLIP with learned prompts that mean «normal» and «damaged» for any object.',
    needsModel: true,
    needsLearnedPrompts: true,
  },
  faprompt: {
    id: 'faprompt',
    name: 'FAPrompt',
    summary:
      'Learned prompts for ten kinds of abnormality, which adapt to the most suspicious patches of each image.',
    needsModel: true,
    needsLearnedPrompts: true,
  },
  coop: {
    id: 'coop',
    name: 'CoOp',
    summary:
      'CLIP with learned words before «normal …» and «anomalous …»; learned from images alone, without masks.',
    needsModel: true,
    needsLearnedPrompts: true,
  },
} as const satisfies Record<MethodId, MethodMetadata>;

export const methodMetadata: readonly MethodMetadata[] = Object.values(methodCatalogue);
