import { contractMethods, isMethodName, type MethodName } from '../../../src-shared/contract/methods.ts';
import { appHandlers } from './app.ts';
import { benchHandlers } from './bench.ts';
import { datasetsHandlers } from './datasets.ts';
import { exportsHandlers } from './exports.ts';
import { foldersHandlers } from './folders.ts';
import type { Services } from './handler.ts';
import { imagesHandlers } from './images.ts';
import { jobsHandlers } from './jobs.ts';
import { methodsHandlers } from './methods.ts';
import { modelsHandlers } from './models.ts';
import { operatingPointsHandlers } from './operating-points.ts';
import { promptsHandlers } from './prompts.ts';
import { promptTextsHandlers } from './prompt-texts.ts';
import { publishedHandlers } from './published.ts';
import { reportsHandlers } from './reports.ts';
import { runsHandlers } from './runs.ts';
import { samplesHandlers } from './samples.ts';
import { settingsHandlers } from './settings.ts';
import { trainingsHandlers } from './trainings.ts';
import { verdictsHandlers } from './verdicts.ts';

/** A handler with its types forgotten: dispatch parses parameters and results by the method's own schemas. */
export type AnyHandler = (params: never) => unknown;
export type HandlerRegistry = ReadonlyMap<MethodName, AnyHandler>;

/** Every handler under its method's name. Throws when a name comes twice, is none of the contract, or is missing. */
export function createRegistry(groups: readonly Readonly<Record<string, AnyHandler>>[]): HandlerRegistry {
  const registry = new Map<MethodName, AnyHandler>();
  for (const group of groups) {
    for (const [name, handler] of Object.entries(group)) {
      if (!isMethodName(name)) throw new Error(`The handler ${name} is no method of the contract.`);
      if (registry.has(name)) throw new Error(`The method ${name} has two handlers.`);
      registry.set(name, handler);
    }
  }
  const missing = Object.keys(contractMethods).filter((name) => isMethodName(name) && !registry.has(name));
  if (missing.length > 0) throw new Error(`These methods have no handler: ${missing.join(', ')}.`);
  return registry;
}

export function createHandlers(services: Services): HandlerRegistry {
  return createRegistry([
    appHandlers(services),
    settingsHandlers(services),
    foldersHandlers(services),
    datasetsHandlers(services),
    imagesHandlers(services),
    verdictsHandlers(services),
    operatingPointsHandlers(services),
    modelsHandlers(services),
    promptsHandlers(services),
    promptTextsHandlers(services),
    methodsHandlers(services),
    runsHandlers(services),
    trainingsHandlers(services),
    benchHandlers(services),
    reportsHandlers(services),
    publishedHandlers(services),
    exportsHandlers(services),
    samplesHandlers(services),
    jobsHandlers(services),
  ]);
}
