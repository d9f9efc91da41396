// The process that reads damaged files. It runs under Node's permission model: writing anywhere but below its own folder
// is refused, and shows as a finding.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { makeCase, type Format } from './cases.ts';
import { readCase } from './read-case.ts';
import { makeSeeds } from './seeds.ts';

export interface ChildOptions {
  readonly folder: string;
  readonly seed: number;
  readonly formats: readonly Format[];
  /** A fault that is made to happen at every case, to see that it is noticed. */
  readonly plant?: Plant;
}

export type Plant = 'internal' | 'escaped' | 'crash' | 'hang' | 'memory';

export interface CaseAnswer {
  readonly index: number;
  readonly outcome: 'accepted' | 'refused' | 'internal' | 'escaped';
  readonly code: string;
  readonly message: string;
  readonly durationMs: number;
  /** Highest resident size of this process so far. */
  readonly peakBytes: number;
}

/** A message longer than this helps nobody. */
const longestMessage = 3000;

const projectRoot = join(import.meta.dirname, '../..');
const { folder, seed, formats, plant } = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const logs: string[] = [];
const core = await createCore({
  dataFolder: join(folder, 'library'),
  assetsFolder: join(projectRoot, 'assets'),
  migrationsFolder: join(projectRoot, 'src-main/core/db/migrations'),
  host: 'cli',
  version: '0.0.0-fuzz',
  computeLauncher: {
    spawn: () => {
      throw new Error('no compute process here');
    },
  },
  log: (level, message) => {
    if (level === 'error') logs.push(message);
  },
});
const seeds = await makeSeeds(folder);

async function answer(index: number): Promise<CaseAnswer> {
  const started = performance.now();
  logs.length = 0;
  let said: Pick<CaseAnswer, 'outcome' | 'code' | 'message'> = { outcome: 'accepted', code: '', message: '' };
  try {
    await readCase(makeCase(seeds, seed, index, formats), folder, core);
    if (plant !== undefined) await commit(plant);
  } catch (thrown) {
    said = judge(thrown);
  }
  if (said.outcome !== 'internal' && logs.length > 0)
    said = { outcome: 'internal', code: 'logged', message: logs.join('\n') };
  return {
    index,
    ...said,
    durationMs: performance.now() - started,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

let hoard: Buffer | null = null;

async function commit(planted: Plant): Promise<void> {
  switch (planted) {
    case 'internal':
      throw new TypeError('planted');
    case 'escaped':
      return await writeFile(join(folder, '../outside/planted.txt'), 'planted');
    case 'crash':
      return process.abort();
    case 'hang':
      for (;;);
    case 'memory':
      hoard = Buffer.alloc(2_100_000_000, 1);
      return void hoard.at(-1);
  }
}

function judge(thrown: unknown): Pick<CaseAnswer, 'outcome' | 'code' | 'message'> {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  const causes = JSON.stringify([thrown, thrown instanceof Error ? thrown.cause : null], errorCode);
  if (text.includes('ERR_ACCESS_DENIED') || causes.includes('ERR_ACCESS_DENIED'))
    return { outcome: 'escaped', code: 'ERR_ACCESS_DENIED', message: text };
  if (thrown instanceof WorkbenchError && thrown.code !== 'internal') {
    return thrown.message.length > longestMessage
      ? { outcome: 'internal', code: 'long message', message: thrown.message.slice(0, 300) }
      : { outcome: 'refused', code: thrown.code, message: '' };
  }
  const cause =
    thrown instanceof Error && thrown.cause instanceof Error ? `\ncaused by ${thrown.cause.stack ?? ''}` : '';
  return { outcome: 'internal', code: 'internal', message: text + cause };
}

function errorCode(_key: string, value: unknown): unknown {
  return value instanceof Error
    ? { code: (value as { code?: unknown }).code, message: value.message }
    : value;
}

process.on('message', (index: number) => {
  void answer(index).then((said) => process.send?.(said));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
