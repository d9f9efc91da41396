import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';

/** A child process that answers each line on its standard input with one line of JSON. */
export interface JsonProcess {
  /** The next line, parsed; rejects where the process ends first. */
  next<T>(schema: z.ZodType<T>): Promise<T>;
  order(line: string): void;
  end(): Promise<void>;
}

export function startJsonProcess(command: string, args: readonly string[]): JsonProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  exited.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next(schema) {
      const line = await lines.next();
      if (line.done) throw new Error(`${command} ${args[0] ?? ''} ended (${await exited}) without an answer`);
      return schema.parse(JSON.parse(line.value));
    },
    order: (line) => {
      child.stdin.write(`${line}\n`);
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
