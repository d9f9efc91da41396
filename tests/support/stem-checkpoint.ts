import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../../src-main/compute/checkpoints/write-safetensors.ts';
import { formulaChunks, type TensorFormula } from '../../src-main/compute/conformance/formula-tensor.ts';

/** What `make-stem-fixture.py` wrote: a model by formula and what PyTorch makes of it. */
export interface StemFixture {
  readonly configuration: {
    readonly model_cfg: {
      readonly vision_cfg: Record<string, unknown>;
      readonly text_cfg: Record<string, unknown>;
    };
  };
  readonly formulas: Readonly<Record<string, TensorFormula>>;
  readonly images: Readonly<
    Record<
      string,
      {
        readonly classFeature: readonly number[];
        readonly rawClassFeature: readonly number[];
        /** Without the class token's row. */
        readonly patchFeatures: readonly number[];
        /** With it, by layer. */
        readonly dpam: Readonly<Record<string, readonly number[]>>;
      }
    >
  >;
  readonly texts: readonly { readonly text: string; readonly feature: readonly number[] }[];
}

export const stemFixture = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/stem-clip.json'), 'utf8'),
) as StemFixture;

export interface StemCheckpointOptions {
  /** Puts others in the place of the fixture's tensors; null leaves one out. */
  readonly formulas?: Readonly<Record<string, TensorFormula | null>>;
  /** Null: no configuration. */
  readonly configuration?: unknown;
}

/** Writes the fixture's checkpoint as `models/starter` lies: `model.safetensors` and its configuration. Returns the folder. */
export async function writeStemCheckpoint(
  folder: string,
  { formulas = {}, configuration = stemFixture.configuration }: StemCheckpointOptions = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const all = Object.entries({ ...stemFixture.formulas, ...formulas });
  await writeSafetensors({
    file: join(folder, 'model.safetensors'),
    tensors: all.flatMap(([name, formula]) =>
      formula === null ? [] : [{ name, shape: formula[0], chunks: () => formulaChunks(name, formula) }],
    ),
  });
  if (configuration !== null)
    await writeFile(join(folder, 'open_clip_config.json'), JSON.stringify(configuration));
  return folder;
}
