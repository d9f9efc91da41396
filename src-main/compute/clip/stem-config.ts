import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { stemSchema, type ConvolutionalStem } from '../../../src-shared/domain/model.ts';
import { corrupt } from '../checkpoints/checkpoint-file.ts';
import { stemPatchSize } from './stem-layout.ts';

/** `vision_cfg.stem` of `open_clip_config.json` as models/starter/FORMAT.md describes it; values are checked by `readStemConfig`. */
export const stemConfigSchema = z.object({
  kind: z.string(),
  padding: z.string().optional(),
  activation: z.string().optional(),
  conv: z.object({ kernel: z.number(), stride: z.number(), channels: z.number() }).optional(),
  stages: z
    .array(
      z.object({
        repeats: z.number(),
        kernel: z.number(),
        stride: z.number(),
        expansion: z.number(),
        channels: z.number(),
      }),
    )
    .optional(),
  tokens: z.array(z.object({ after_stage: z.number(), unshuffle: z.number() })).optional(),
});

/** The stem that a configuration describes. Throws `unsupported` for another kind, `corrupt-file` for one that cannot be. */
export function readStemConfig(
  config: z.infer<typeof stemConfigSchema>,
  file: string,
): ConvolutionalStem | null {
  if (config.kind === 'patch') return null;
  const known =
    config.kind === 'mbconv' && config.padding === 'same_tensorflow' && config.activation === 'relu6';
  if (!known)
    throw new WorkbenchError(
      'unsupported',
      `${file}: its image stem (${[config.kind, config.padding, config.activation].join(', ').slice(0, 80)}) is not one that can be computed. Known: mbconv with same_tensorflow padding and relu6.`,
    );
  const parsed = stemSchema.safeParse({
    kind: 'convolutional',
    padding: 'same',
    activation: 'relu6',
    conv: config.conv,
    stages: config.stages,
    taps: config.tokens?.map(({ after_stage: stage, unshuffle }) => ({ stage, unshuffle })),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw corrupt(file, `its stem is damaged: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
  }
  if (parsed.data.kind !== 'convolutional') return null;
  if (stemPatchSize(parsed.data) === null)
    throw corrupt(file, 'the stages that its stem takes tokens from do not lie on one grid.');
  return parsed.data;
}
