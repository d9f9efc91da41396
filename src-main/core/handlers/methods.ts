import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { methodMetadata } from '../../../src-shared/domain/method-catalogue.ts';
import type { DomainHandlers, Services } from './handler.ts';
import { whyUnavailable } from './method-availability.ts';

export function methodsHandlers({ repositories, starterModel }: Services): DomainHandlers<'methods'> {
  return {
    'methods.list': async ({ modelId }) => {
      await starterModel.ensure();
      const installed = { models: repositories.models.list(), promptSets: repositories.promptSets.list() };
      const model = modelId === null ? null : repositories.models.get(modelId);
      if (modelId !== null && model === null) {
        throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
      }
      return {
        methods: methodMetadata.map((method) => ({
          ...method,
          unavailable: whyUnavailable(method, installed, model),
        })),
      };
    },
  };
}
