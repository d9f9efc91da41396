import type { DomainHandlers, Services } from './handler.ts';

export function settingsHandlers({ repositories }: Services): DomainHandlers<'settings'> {
  return {
    'settings.get': () => ({ values: repositories.settings.all() }),
    'settings.set': ({ key, value }) => {
      repositories.settings.set(key, value);
      return { ok: true };
    },
  };
}
