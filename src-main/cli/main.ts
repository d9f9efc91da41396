import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommanderError, type Command } from 'commander';
import { toErrorShape } from '../../src-shared/contract/errors.ts';
import type { Core, CoreOptions, Log } from '../core/core.ts';
import { openDataFolderChoice } from '../serving/data-folder.ts';
import { openCore } from '../serving/open-core.ts';
import { findProjectPaths, type ProjectPaths } from '../serving/project-paths.ts';
import { serve, waitForSignal } from '../web/serve.ts';
import { exitCodes, processIo, type CliIo } from './cli-io.ts';
import { createProgram } from './cli-program.ts';
import { computeSettingsOf } from './compute-options.ts';
import { CliSession, cancelled, type CommandResult } from './cli-session.ts';

/** What tests put in place of the process and the real core. */
export interface CliEnvironment {
  readonly io: CliIo;
  readonly paths: ProjectPaths;
  openCore(dataFolder: string, log: Log, computeSettings?: CoreOptions['computeSettings']): Promise<Core>;
}

/** Runs one command and resolves with its exit code; everything it has to say went through `io`. */
export async function runCli(
  args: readonly string[],
  environment: CliEnvironment = processEnvironment(),
): Promise<number> {
  const { io, paths } = environment;
  const json = args.includes('--json');
  const log: Log = (level, message) => {
    if (!json && (level === 'warn' || level === 'error')) io.stderr(`${message}\n`);
  };
  const choice = () => openDataFolderChoice(program.opts<{ data?: string }>().data);
  const dataFolder = () => choice().folder;

  let result: CommandResult | null = null;
  async function withCore(folder: string, work: (session: CliSession) => Promise<void>): Promise<void> {
    const interrupt = new AbortController();
    const stopListening = io.onInterrupt(() => {
      interrupt.abort(cancelled());
    });
    const madeDataFolder = existsSync(folder) ? null : folder;
    const core = await environment.openCore(folder, log, computeSettingsOf(program.opts()));
    const session = new CliSession(io, json, core, interrupt.signal, madeDataFolder);
    try {
      await work(session);
    } finally {
      result = session.result;
      await core.close();
      stopListening();
    }
  }
  const program = createProgram(paths.version, {
    withSession: (work) => withCore(dataFolder(), work),
    withPassingSession: async (work) => {
      if (program.opts<{ data?: string }>().data !== undefined) {
        await withCore(dataFolder(), work);
        return;
      }
      const passing = await mkdtemp(path.join(tmpdir(), 'anomaly-workbench-'));
      try {
        await withCore(passing, work);
      } finally {
        await rm(passing, { recursive: true, force: true, maxRetries: 3 });
      }
    },
    print: (document, text) => {
      result = { document, text };
    },
    serve: async ({ port = null }: { port?: number | null }) => {
      const serving = await serve({ paths, dataFolder: dataFolder(), dataFolderChoice: choice(), port, log });
      // Before the address is printed: whoever reads it may ask for the end in the same moment.
      const ended = waitForSignal(() => serving.close());
      const { url } = serving;
      io.stdout(
        json ? `${JSON.stringify({ url, port: serving.port })}\n` : `Anomaly Workbench is ready at ${url}\n`,
      );
      if ((await ended) === 0 && !json) io.stderr('Stopped.\n');
    },
  });
  catchOutput(program, io, json);
  let failure: Failure | null = null;
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    failure = explain(error);
  }
  printOutcome(io, json, result, failure);
  return failure?.exitCode ?? exitCodes.done;
}

function processEnvironment(): CliEnvironment {
  const paths = findProjectPaths(import.meta.dirname);
  return {
    io: processIo(),
    paths,
    openCore: (dataFolder, log, computeSettings = {}) =>
      openCore({ paths, dataFolder, host: 'cli', log, computeSettings }),
  };
}

/** Commander writes and exits by itself unless every command is told not to. */
function catchOutput(command: Command, io: CliIo, json: boolean): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      io.stdout(text);
    },
    writeErr: (text) => {
      if (!json) io.stderr(text);
    },
  });
  for (const child of command.commands) catchOutput(child, io, json);
}

interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}

function explain(error: unknown): Failure | null {
  if (error instanceof CommanderError) {
    // Asked-for help and version arrive here as well, with exit code 0.
    if (error.exitCode === 0) return null;
    const message = error.code === 'commander.help' ? 'A command is missing; see --help.' : error.message;
    return { exitCode: exitCodes.usage, code: 'bad-request', message: message.replace(/^error: /, '') };
  }
  const { code, message } = toErrorShape(error);
  return { exitCode: code === 'cancelled' ? exitCodes.cancelled : exitCodes.failed, code, message };
}

/** One JSON document, or text for people with the error after it. Commander has told people about wrong usage. */
function printOutcome(io: CliIo, json: boolean, result: CommandResult | null, failure: Failure | null): void {
  if (json) {
    const error = failure === null ? {} : { error: { code: failure.code, message: failure.message } };
    if (result !== null || failure !== null)
      io.stdout(`${JSON.stringify({ ...result?.document, ...error }, null, 2)}\n`);
    return;
  }
  if (result !== null) io.stdout(result.text);
  if (failure !== null && failure.exitCode !== exitCodes.usage) io.stderr(`${failure.message}\n`);
}
