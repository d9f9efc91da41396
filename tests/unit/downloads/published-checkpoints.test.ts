import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueSchema, type CatalogueEntry } from '../../../src-shared/domain/catalogue.ts';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { methodIdSchema } from '../../../src-shared/domain/method.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { madeUpSizeBytes, madeUpTensors, vitL336Config } from '../../support/made-up-weights.ts';

const root = resolve(import.meta.dirname, '../../..');
const { catalogueFile } = findProjectPaths(join(root, 'src-main/cli'));
const { entries } = catalogueSchema.parse(JSON.parse(readFileSync(catalogueFile, 'utf8')));
const find = (id: string): CatalogueEntry => entries.find((entry) => entry.id === id)!;

/** As OpenAI's and open_clip's model configurations have them. */
function config(
  width: number,
  layers: number,
  patchSize: number,
  gridSize: number,
  textWidth: number,
): ClipConfig {
  return {
    ...vitL336Config,
    embeddingSize: textWidth,
    vision: { width, layers, heads: width / 64, patchSize, gridSize, mlpWidth: width * 4 },
    text: { ...vitL336Config.text, width: textWidth, heads: textWidth / 64, mlpWidth: textWidth * 4 },
  };
}

describe('the list of published checkpoints', () => {
  it('has the usual ones, each with publisher, licence and purpose', () => {
    expect(entries.map(({ id }) => id)).toEqual([
      'openai-vit-l-14-336',
      'openai-vit-l-14',
      'openai-vit-b-16',
      'openai-vit-b-32',
      'laion-vit-b-16-plus-240',
      'laion-vit-b-16-plus-240-e31',
      'laion-vit-l-14',
      'anomalyclip-visa',
      'anomalyclip-mvtec',
      'faprompt',
    ]);
    for (const { goodFor, licence } of entries) {
      expect(goodFor).toMatch(/\.$/);
      expect(licence).toMatch(/MIT/);
    }
  });

  it('has the checksums that OpenAI writes into its addresses, and open_clip into its names', () => {
    for (const { publisher, file } of entries) {
      if (publisher === 'OpenAI') expect(file!.url.split('/').at(-2)).toBe(file!.sha256);
      if (file?.sha256Prefix === null || file === null) continue;
      expect(file.name).toMatch(new RegExp(`-${file.sha256Prefix}\\.pt$`));
      if (file.sha256 !== null) expect(file.sha256.startsWith(file.sha256Prefix)).toBe(true);
    }
  });

  it('gives every file a check, or at least the beginning of one, and an end', () => {
    for (const { file } of entries) {
      if (file === null) continue;
      expect(file.sha256 ?? file.sha256Prefix).not.toBeNull();
      expect(file.mostBytes).toBeGreaterThanOrEqual(file.sizeBytes ?? 1);
      expect(file.mostBytes).toBeLessThan(2e9);
    }
  });

  it.each([
    ['openai-vit-l-14-336', config(1024, 24, 14, 24, 768)],
    ['openai-vit-l-14', config(1024, 24, 14, 16, 768)],
    ['laion-vit-l-14', config(1024, 24, 14, 16, 768)],
    ['openai-vit-b-16', config(768, 12, 16, 14, 512)],
    ['openai-vit-b-32', config(768, 12, 32, 7, 512)],
    ['laion-vit-b-16-plus-240', config(896, 12, 16, 15, 640)],
    ['laion-vit-b-16-plus-240-e31', config(896, 12, 16, 15, 640)],
  ])('states for %s what its weights take as fp32', (id, sizes) => {
    const weightsBytes = madeUpTensors(sizes).reduce(
      (sum, tensor) => sum + madeUpSizeBytes(tensor, 'F32'),
      0,
    );
    expect(find(id).diskBytes).toBe(weightsBytes);
  });

  it('says of prompts which methods and models they are for', () => {
    for (const { kind, methodIds, modelIds } of entries) {
      expect(methodIds.length > 0).toBe(kind === 'prompts');
      for (const id of modelIds) expect(find(id).kind).toBe('model');
      for (const id of methodIds) expect(methodIdSchema.options).toContain(id);
    }
  });

  it('travels with the packaged application', () => {
    expect(existsSync(catalogueFile)).toBe(true);
    expect(readFileSync(join(root, 'electron-builder.yml'), 'utf8')).toContain('from: models/catalogue.json');
  });
});
