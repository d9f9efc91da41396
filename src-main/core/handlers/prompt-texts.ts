import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function promptTextsHandlers({
  repositories,
  compute,
  events,
  closing,
}: Services): DomainHandlers<'promptTexts'> {
  const { promptTexts } = repositories;
  return {
    'promptTexts.list': () => ({ promptTexts: promptTexts.list() }),
    'promptTexts.save': ({ name, text: { normal, abnormal, templates } }) => {
      // The row has the name; a second one inside would go stale.
      const saved = promptTexts.save(name, { normal, abnormal, templates }, Date.now());
      events.emit({ event: 'models.changed' });
      return saved;
    },
    'promptTexts.remove': ({ promptTextId }) => {
      if (!promptTexts.remove(promptTextId))
        throw new WorkbenchError('not-found', `There are no saved prompts ${promptTextId}.`);
      events.emit({ event: 'models.changed' });
      return { ok: true };
    },
    'promptTexts.measure': (params) => compute.call('prompts.measure', params, { signal: closing }),
  };
}
