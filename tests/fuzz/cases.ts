import { mulberry32 } from '../../src-main/compute/conformance/formula-tensor.ts';
import {
  forgetZipChecksums,
  mutateBytes,
  mutateJson,
  mutateTable,
  repairPng,
  type Random,
} from './mutate.ts';
import type { ByteSeed, DatasetSeed, Seeds } from './seeds.ts';

export const formats = [
  'png',
  'jpeg',
  'tiff',
  'bmp',
  'webp',
  'safetensors',
  'torch',
  'prompts',
  'config',
  'json',
  'table',
] as const;
export type Format = (typeof formats)[number];

/** One damaged file: all of it follows from the seed and its number. */
export interface FuzzCase {
  readonly index: number;
  readonly format: Format;
  readonly seedName: string;
  readonly bytes: Buffer;
  /** The sound files that the damaged one belongs to, where it does not stand alone. */
  readonly dataset?: DatasetSeed;
  readonly config?: Seeds['config'][number];
}

/** The format of a case, known without making it. */
export function formatOf(index: number, among: readonly Format[] = formats): Format {
  return among[index % among.length] as Format;
}

export function makeCase(
  seeds: Seeds,
  seed: number,
  index: number,
  among: readonly Format[] = formats,
): FuzzCase {
  const random = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const format = formatOf(index, among);
  switch (format) {
    case 'json':
    case 'table': {
      const dataset = pick(random, seeds[format]);
      const bytes = format === 'json' ? mutateJson(dataset.text, random) : mutateTable(dataset.text, random);
      return { index, format, seedName: dataset.name, bytes, dataset };
    }
    case 'config': {
      const config = pick(random, seeds.config);
      return {
        index,
        format,
        seedName: config.name,
        bytes: mutateJson(config.bytes.toString(), random),
        config,
      };
    }
    case 'png':
    case 'jpeg':
    case 'tiff':
    case 'bmp':
    case 'webp':
    case 'safetensors':
    case 'torch':
    case 'prompts':
      return { index, format, ...damage(seeds[format], format, random) };
  }
}

function damage(
  sound: readonly ByteSeed[],
  format: Format,
  random: Random,
): { readonly seedName: string; readonly bytes: Buffer } {
  const { name, bytes } = pick(random, sound);
  const damaged = mutateBytes(
    bytes,
    sound.map((one) => one.bytes),
    random,
  );
  const isRepaired = random() < 0.5;
  if (isRepaired && format === 'png') return { seedName: name, bytes: repairPng(damaged) };
  if (isRepaired && (format === 'torch' || format === 'prompts'))
    return { seedName: name, bytes: forgetZipChecksums(damaged) };
  return { seedName: name, bytes: damaged };
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}
