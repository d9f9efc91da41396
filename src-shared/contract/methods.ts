import { z } from 'zod';
import { appMethods } from './app-methods.ts';
import { benchMethods } from './bench-methods.ts';
import { datasetMethods } from './dataset-methods.ts';
import { errorShapeSchema } from './errors.ts';
import { exportMethods } from './export-methods.ts';
import { jobMethods } from './job-methods.ts';
import { modelMethods } from './model-methods.ts';
import { runMethods } from './run-methods.ts';
import { trainingMethods } from './training-methods.ts';
import { verdictMethods } from './verdict-methods.ts';

/**
 * Every method a host can call: what goes in and what comes out, by topic in the files beside this one. The name's first
 * part is its handler file.
 */
export const contractMethods = {
  ...appMethods,
  ...datasetMethods,
  ...verdictMethods,
  ...modelMethods,
  ...runMethods,
  ...trainingMethods,
  ...benchMethods,
  ...exportMethods,
  ...jobMethods,
} as const;

export type MethodName = keyof typeof contractMethods;
export type MethodParams<N extends MethodName> = z.input<(typeof contractMethods)[N]['params']>;
export type ParsedParams<N extends MethodName> = z.output<(typeof contractMethods)[N]['params']>;
export type MethodResult<N extends MethodName> = z.output<(typeof contractMethods)[N]['result']>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(contractMethods, name);
}

export const requestSchema = z
  .object({ id: z.number().int(), method: z.string().max(100), params: z.unknown() })
  .strict();
export type Request = z.infer<typeof requestSchema>;

/** Every request gets a reply with its id, one with an unknown method too. */
export const replySchema = z.discriminatedUnion('ok', [
  z.object({ id: z.number().int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.number().int(), ok: z.literal(false), error: errorShapeSchema }),
]);
export type Reply = z.infer<typeof replySchema>;
