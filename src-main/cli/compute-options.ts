import { InvalidArgumentError, Option } from 'commander';
import { providerIdSchema, type ComputeSettings } from '../../src-shared/domain/compute-settings.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { wholeNumber } from './options.ts';

export function threadsOption(): Option {
  return new Option(
    '--threads <number>',
    'threads of a scan on the processor; 0: one for each core',
  ).argParser(wholeNumber(0, 256));
}

export function providerOption(): Option {
  return new Option(
    '--provider <list>',
    `what computes a scan, in the order to try: ${providerIdSchema.options.join(', ')}; the processor is the last resort`,
  ).argParser(providerList);
}

/** `cuda,webgpu`; `cpu` alone: nothing else is tried. */
function providerList(text: string): ComputeSettings['providers'] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return names.flatMap((name) => {
    const id = providerIdSchema.safeParse(name);
    if (!id.success)
      throw new InvalidArgumentError(
        `«${name}» is none. Choose among ${providerIdSchema.options.join(', ')}.`,
      );
    return id.data === 'cpu' ? [] : [id.data];
  });
}

/** What was said on the command line, and nothing of what was not. */
export function computeSettingsOf(options: Readonly<Record<string, unknown>>): Partial<ComputeSettings> {
  const { threads, provider } = options as { threads?: number; provider?: ComputeSettings['providers'] };
  return {
    ...(threads === undefined ? {} : { threads }),
    ...(provider === undefined ? {} : { providers: provider }),
  };
}

/** A line for each provider that was wanted and could not be used. */
export function describeFallBacks(runs: readonly Pick<Run, 'compute'>[]): string[] {
  const lines = runs.flatMap(({ compute }) =>
    (compute?.failures ?? []).map(
      ({ provider, message }) =>
        `${provider} could not be used, ${compute?.provider ?? 'cpu'} computed instead: ${message}`,
    ),
  );
  return [...new Set(lines)];
}
