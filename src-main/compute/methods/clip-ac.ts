import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { clipMethod, encodeSentences, prepareClasses } from './clip.ts';
import type { Method } from './method.ts';
import { ensembleFeature } from './similarity.ts';

/** CLIP-AC: every template around «normal {c}» and «anomalous {c}», each embedding normalised, averaged, normalised (methods.md §3). */
export const clipAcMethod: Method = {
  ...methodCatalogue['clip-ac'],
  needs: (config, settings) => clipMethod.needs(config, settings),
  rendering: (config, settings) => clipMethod.rendering(config, settings),
  prepare: (context) =>
    prepareClasses(context, (object) => encodeSentences('clip-ac', object, context, ensembleFeature)),
};
