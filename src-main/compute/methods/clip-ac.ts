import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { clipAcStates } from '../../../src-shared/domain/hand-written-prompts.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { clipMethod, prepareClasses } from './clip.ts';
import type { Method } from './method.ts';
import { ensembleFeature } from './similarity.ts';

const templatesSchema = z.array(z.string().includes('{}')).min(1);

/** OpenAI's 80 ImageNet sentences, `{}` where the object stands. */
export async function readImagenetTemplates(assetsFolder: string): Promise<readonly string[]> {
  const path = join(assetsFolder, 'prompts', 'openai-imagenet-templates.json');
  try {
    return templatesSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new WorkbenchError(
      'unreadable',
      `${path}, a part of this program, is missing or damaged. Install the program again.`,
      { cause: error },
    );
  }
}

/** CLIP-AC: every template around «normal {c}» and «anomalous {c}», each embedding normalised, averaged, normalised (methods.md §3). */
export const clipAcMethod: Method = {
  ...methodCatalogue['clip-ac'],
  needs: (config, settings) => clipMethod.needs(config, settings),
  rendering: (config, settings) => clipMethod.rendering(config, settings),
  async prepare(context) {
    const { textEncoder } = context;
    if (!textEncoder) throw new Error('CLIP-AC was prepared without a text encoder');
    const templates = await readImagenetTemplates(context.assetsFolder);
    const featureOf = async (state: string) =>
      ensembleFeature(
        await textEncoder.encodeTexts(templates.map((template) => template.replaceAll('{}', () => state))),
      );
    return prepareClasses(context, async (object) => {
      const { normal, abnormal } = clipAcStates(object);
      return { normal: await featureOf(normal), abnormal: await featureOf(abnormal) };
    });
  },
};
