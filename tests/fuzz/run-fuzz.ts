import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatOf, formats as allFormats, makeCase, type Format } from './cases.ts';
import type { CaseAnswer, ChildOptions, Plant } from './fuzz-child.ts';
import { makeSeeds } from './seeds.ts';

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** First case; the default is 0. */
  readonly from?: number;
  readonly formats?: readonly Format[];
  /** Processes at once. */
  readonly jobs?: number;
  readonly onProgress?: (done: number, findings: number) => void;
  /** Of a case; a longer one has hung. */
  readonly hangMs?: number;
  readonly plant?: Plant;
  /** Where damaged files that found something are kept. */
  readonly keepIn?: string;
}

export type Outcome = CaseAnswer['outcome'] | 'crash' | 'hang' | 'memory';

export interface Finding {
  readonly index: number;
  readonly format: Format;
  readonly outcome: Exclude<Outcome, 'accepted' | 'refused'>;
  readonly code: string;
  readonly message: string;
}

export type FormatTally = Record<Outcome, number> & { slowestMs: number };

export interface FuzzReport {
  readonly seed: number;
  readonly count: number;
  readonly byFormat: Readonly<Partial<Record<Format, FormatTally>>>;
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Files outside the children's folders that changed, came or went. */
  readonly touchedOutside: readonly string[];
  readonly durationS: number;
  readonly peakBytes: number;
}

/** A file that takes longer has hung, unless it does not when it is tried again alone: the machine may have been busy. */
const longestMs = 5000;
/** Above it a small file has made the program take too much. An image of 160 megapixels may take 0.5 GB as RGB, twice. */
const mostBytes = 2_000_000_000;
/** Children are replaced after so many cases, so that a leak shows in one and not in all. */
const casesOfAChild = 1000;

/** Damages `count` files, reads each in a process of its own keeping, and says what happened. Rejects where no child starts. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { count, seed, from = 0, formats = allFormats, jobs = 1, hangMs = longestMs, plant } = options;
  const childOptions = { seed, formats, ...(plant === undefined ? {} : { plant }) };
  const started = performance.now();
  const sandbox = await mkdtemp(join(tmpdir(), 'workbench-fuzz-'));
  const outside = join(sandbox, 'outside');
  await writeCanaries(outside);
  const before = await hashTree(outside);
  const report = new Tally(formats);
  let next = from;
  const end = from + count;
  const work = async (worker: number): Promise<void> => {
    const folder = join(sandbox, `child-${worker}`);
    let child: FuzzChild | null = null;
    let left = 0;
    try {
      while (next < end) {
        const index = next++;
        if (child === null || left-- === 0) {
          await child?.stop();
          child = await FuzzChild.start(folder, outside, childOptions);
          left = casesOfAChild;
        }
        let said = await child.ask(index, hangMs);
        if (said.outcome === 'hang') {
          child = await FuzzChild.start(folder, outside, childOptions);
          said = await child.ask(index, hangMs);
        }
        report.add(index, formatOf(index, formats), said);
        if (['hang', 'crash', 'memory'].includes(said.outcome)) {
          await child.stop();
          child = null;
        }
        options.onProgress?.(report.done, report.findings.length);
      }
    } finally {
      await child?.stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, (_, worker) => work(worker)));
    const after = await hashTree(outside);
    const touched = [...new Set([...before.keys(), ...after.keys()])].filter(
      (name) => before.get(name) !== after.get(name),
    );
    const strays = (await readdir(sandbox)).filter((name) => name !== 'outside' && !/^child-\d+$/.test(name));
    if (options.keepIn !== undefined)
      await keep(options.keepIn, join(sandbox, 'seeds'), report.findings, seed, formats);
    return {
      seed,
      count,
      byFormat: report.byFormat,
      codes: report.codes,
      findings: report.findings,
      touchedOutside: [...touched, ...strays],
      durationS: (performance.now() - started) / 1000,
      peakBytes: report.peakBytes,
    };
  } finally {
    await rm(sandbox, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Said = Omit<CaseAnswer, 'outcome'> & { readonly outcome: Outcome };

class Tally {
  readonly byFormat: Partial<Record<Format, FormatTally>> = {};
  readonly codes: Record<string, number> = {};
  readonly findings: Finding[] = [];
  done = 0;
  peakBytes = 0;

  constructor(formats: readonly Format[]) {
    for (const format of formats) {
      this.byFormat[format] = {
        ...{ accepted: 0, refused: 0, internal: 0, escaped: 0, crash: 0, hang: 0, memory: 0 },
        slowestMs: 0,
      };
    }
  }

  add(index: number, format: Format, said: Said): void {
    const tally = this.byFormat[format];
    if (tally === undefined) throw new Error(`no tally for ${format}`);
    this.done++;
    tally[said.outcome]++;
    tally.slowestMs = Math.max(tally.slowestMs, Math.round(said.durationMs));
    this.peakBytes = Math.max(this.peakBytes, said.peakBytes);
    const { outcome, code, message } = said;
    if (outcome === 'refused') this.codes[code] = (this.codes[code] ?? 0) + 1;
    else if (outcome !== 'accepted')
      this.findings.push({ index, format, outcome, code, message: message.slice(0, 2000) });
  }
}

class FuzzChild {
  readonly #process: ChildProcess;
  readonly #exited: Promise<string>;
  #lastWords = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.stderr?.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-2000);
    });
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(`ended with ${signal ?? String(code)}\n${this.#lastWords}`);
      });
    });
  }

  static async start(
    folder: string,
    home: string,
    options: Omit<ChildOptions, 'folder'>,
  ): Promise<FuzzChild> {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await mkdir(folder, { recursive: true });
    const child = fork(
      join(import.meta.dirname, 'fuzz-child.ts'),
      [JSON.stringify({ folder, ...options } satisfies ChildOptions)],
      {
        cwd: folder,
        env: { ...process.env, HOME: home, TMPDIR: folder, NODE_OPTIONS: '', VIPS_WARNING: '0' },
        execArgv: [
          '--permission',
          '--allow-fs-read=*',
          `--allow-fs-write=${folder}`,
          '--allow-addons',
          '--no-warnings',
        ],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    const started = new FuzzChild(child);
    const ready = new Promise<string>((resolve) => {
      child.once('message', () => {
        resolve('ready');
      });
    });
    const first = await Promise.race([ready, started.#exited]);
    if (first !== 'ready') throw new Error(`The reading process did not start: it ${first}`);
    return started;
  }

  async ask(index: number, hangMs: number): Promise<Said> {
    const started = performance.now();
    const bare = (outcome: Outcome, message: string): Said => ({
      ...{ index, outcome, message, code: outcome },
      durationMs: performance.now() - started,
      peakBytes: 0,
    });
    const answered = new Promise<Said>((resolve) => {
      this.#process.once('message', (said) => {
        resolve(said as Said);
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => {
        resolve('late');
      }, hangMs);
    });
    this.#process.send(index);
    const said = await Promise.race([answered, this.#exited, late]);
    clearTimeout(timer);
    if (said === 'late') {
      await this.stop();
      return bare('hang', `no answer in ${hangMs} ms`);
    }
    if (typeof said === 'string') return bare('crash', `The process ${said}`);
    const isLarge = said.peakBytes > mostBytes && (said.outcome === 'accepted' || said.outcome === 'refused');
    return isLarge ? { ...said, outcome: 'memory', message: `${said.peakBytes} bytes at the most` } : said;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}

/** Files that hostile paths would hit: if any is written, changed or gone afterwards, something got out. */
async function writeCanaries(folder: string): Promise<void> {
  await mkdir(join(folder, 'deep/er'), { recursive: true });
  for (const name of ['a.png', 'passwd', 'deep/secret.txt', 'deep/er/x.png'])
    await writeFile(join(folder, name), `canary ${name}`);
}

async function hashTree(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path) : 'no file';
    hashes.set(path, createHash('sha256').update(content).digest('hex'));
  }
  return hashes;
}

async function keep(
  folder: string,
  scratch: string,
  findings: readonly Finding[],
  seed: number,
  formats: readonly Format[],
): Promise<void> {
  if (findings.length === 0) return;
  await mkdir(scratch, { recursive: true });
  const seeds = await makeSeeds(scratch);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { index, outcome } of findings.slice(0, 200)) {
    const { format, bytes } = makeCase(seeds, seed, index, formats);
    await writeFile(join(folder, `${format}-${index}-${outcome}`), bytes);
  }
}
