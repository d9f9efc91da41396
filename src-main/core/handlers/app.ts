import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { runDoctor } from '../doctor.ts';
import type { DomainHandlers, Services } from './handler.ts';

export function appHandlers(services: Services): DomainHandlers<'app'> {
  const { options, folders, compute, closing } = services;
  return {
    'app.info': () => ({
      version: options.version,
      dataFolder: folders.dataFolder,
      host: options.host,
      homeFolder: homedir(),
    }),
    'app.conformance': ({ folder }) =>
      compute.call('conformance.run', { folder: resolve(folder) }, { signal: closing }),
    'app.doctor': async () => ({ checks: await runDoctor(services) }),
  };
}
