import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import type { CliActions } from '../cli-actions.ts';
import type { CliSession } from '../cli-session.ts';
import { formatTable } from '../text-table.ts';

type DiskUse = MethodResult<'app.diskUse'>;

const parts = ['features', 'thumbnails'] as const;
type CachePart = (typeof parts)[number];

const leastLimitBytes = 50_000_000;

const help = `
Kept features of images make learning prompts and trying them fast, thumbnails the gallery. Both are made again when they
are needed; nothing else is ever deleted here.
`;

/** Adds `cache` to the program. */
export function defineCacheCommands(program: Command, { withSession }: CliActions): void {
  const cache = program
    .command('cache')
    .description('what the data folder takes, and room that can be had back')
    .addHelpText('after', help);
  const what = () => new Argument('<what>', 'of which').choices(parts);
  cache
    .command('show')
    .description('what lies in the data folder by kind, and the limits')
    .action(() =>
      withSession(async (session) => {
        show(session, await session.call('app.diskUse', {}));
      }),
    );
  cache
    .command('clear')
    .description('delete all kept features, or all thumbnails')
    .addArgument(what())
    .action((part: CachePart) => withSession((session) => clear(session, part)));
  cache
    .command('limit')
    .description('keep at most so much from now on; what is beyond it goes at once, longest unused first')
    .addArgument(what())
    .argument('<size>', 'such as 500MB or 4GB, at least 50MB', readSize)
    .action((part: CachePart, limitBytes: number) =>
      withSession((session) => limit(session, part, limitBytes)),
    );
}

async function clear(session: CliSession, part: CachePart): Promise<void> {
  const before = await session.call('app.diskUse', {});
  const after = await session.call(part === 'features' ? 'app.clearFeatures' : 'app.clearThumbnails', {});
  show(session, after, freed(before, after));
}

async function limit(session: CliSession, part: CachePart, limitBytes: number): Promise<void> {
  const before = await session.call('app.diskUse', {});
  const name = part === 'features' ? 'app.limitFeatures' : 'app.limitThumbnails';
  const after = await session.call(name, { limitBytes });
  show(session, after, freed(before, after));
}

/** Of features and thumbnails: what others write meanwhile is no matter of the cache. */
function freed(before: DiskUse, after: DiskUse): number {
  const kept = (use: DiskUse) =>
    use.parts
      .filter(({ kind }) => kind === 'features of images' || kind === 'thumbnails')
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Math.max(0, kept(before) - kept(after));
}

function show(session: CliSession, use: DiskUse, freedBytes: number | null = null): void {
  const rows = use.parts.map(({ kind, sizeBytes }) => [kind, formatSize(sizeBytes)]);
  session.print(
    freedBytes === null ? use : { ...use, freedBytes },
    (freedBytes === null ? '' : `${formatSize(freedBytes)} given back.\n`) +
      formatTable(['in the data folder', 'takes'], rows) +
      `Features may take ${formatSize(use.featureLimitBytes)}, thumbnails ${formatSize(use.thumbnailLimitBytes)}; ${formatSize(use.freeBytes)} of the disk are free.\n`,
  );
}

const unitBytes: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** `500MB`, `4 GB`, `1.5gb`; decimal, as sizes are shown. */
function readSize(text: string): number {
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([MGT]B)\s*$/i.exec(text) ?? [];
  const bytes = Math.round(Number(amount) * (unitBytes[unit.toUpperCase()] ?? 0));
  if (!Number.isSafeInteger(bytes) || bytes < leastLimitBytes)
    throw new InvalidArgumentError('It must be a size of at least 50MB, such as 500MB or 4GB.');
  return bytes;
}
