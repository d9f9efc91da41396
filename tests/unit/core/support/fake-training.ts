// The part of the fake compute process that learns: a few numbers that every step changes by the images' names, so that any
// other order, step or learning rate comes to other numbers. FAKE_TRAINING_CRASH_AT: the step (of the process's first session)
// that kills it, once for a data set; FAKE_TRAINING_FULL: while this file exists, checkpoints find the disk full.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { WorkbenchError } from '../../../../src-shared/contract/errors.ts';
import type { CallHandlers } from '../../../../src-main/compute/call-handlers.ts';
import type { ComputeParams } from '../../../../src-main/compute/protocol.ts';

const fileSchema = z.object({
  values: z.array(z.number()),
  step: z.number(),
  metadata: z.record(z.string(), z.string()),
});

interface Session {
  readonly params: ComputeParams<'training.open'>;
  values: number[];
  step: number;
}

/** What a checkpoint of the fake holds; null where the file is none. */
export function readFakeParameters(file: string): z.infer<typeof fileSchema> | null {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function writeWhole(file: string, content: z.infer<typeof fileSchema>): string {
  const text = JSON.stringify(content);
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
  return createHash('sha256').update(text).digest('hex');
}

function nameNumber(path: string): number {
  return createHash('sha256').update(basename(path)).digest().readUInt16BE(0) / 65_536;
}

type TrainingMethods = Pick<
  CallHandlers,
  | 'training.open'
  | 'training.prepare'
  | 'training.step'
  | 'training.save'
  | 'training.close'
  | 'prompts.write'
>;

export function createFakeTraining(note: (line: string) => void): TrainingMethods {
  const sessions = new Map<number, Session>();
  const prepared = new Set<string>();
  const delayMs = Number(process.env['FAKE_TRAINING_DELAY_MS'] ?? 0);
  const crashAt = Number(process.env['FAKE_TRAINING_CRASH_AT'] ?? 0);
  const full = process.env['FAKE_TRAINING_FULL'];
  let next = 1;
  const require = (sessionId: number) => {
    const session = sessions.get(sessionId);
    if (session === undefined) throw new WorkbenchError('not-found', `Training ${sessionId} is not open.`);
    return session;
  };
  return {
    'training.open': (params) => {
      const sessionId = next++;
      const { checkpointFile, settings } = params;
      const begun = checkpointFile === null ? null : readFakeParameters(checkpointFile);
      if (checkpointFile !== null && begun === null)
        throw new WorkbenchError('corrupt-file', `${checkpointFile} is no checkpoint.`);
      sessions.set(sessionId, {
        params,
        values: begun?.values ?? [settings.seed % 7, 1, 2],
        step: begun?.step ?? 0,
      });
      const masks = params.images.filter(({ mask }) => mask !== null).length;
      note(`train ${params.methodId} ${params.images.length} images ${masks} masks from ${begun?.step ?? 0}`);
      return Promise.resolve({ sessionId, parameterCount: 3, compute: null });
    },
    'training.prepare': ({ sessionId, image }) => {
      const path = require(sessionId).params.images[image]?.imagePath ?? '';
      if (path.includes('broken')) throw new WorkbenchError('corrupt-file', `${path} is damaged.`);
      const hit = prepared.has(path);
      prepared.add(path);
      return Promise.resolve({ hit, durationMs: 2 });
    },
    'training.step': async ({ sessionId, images, learningRate }) => {
      const session = require(sessionId);
      const { params } = session;
      const paths = images.map((index) => params.images[index]?.imagePath ?? '');
      if (paths.some((path) => path.includes('stuck'))) await new Promise(() => undefined);
      if (delayMs > 0) await setTimeout(delayMs);
      session.step += 1;
      const flag = `${params.images[0]?.imagePath ?? ''}.crashed`;
      if (session.step === crashAt && !existsSync(flag)) {
        writeFileSync(flag, '');
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => undefined);
      }
      let pull = session.step;
      for (const path of paths) pull = Math.sin(pull * 1.7 + nameNumber(path));
      session.values = session.values.map((value, index) => value - learningRate * Math.cos(pull + index));
      const total = 1 + Math.abs(pull) / session.step;
      return { parts: { image: total / 2, focal: total / 2 }, total, durationMs: 1 };
    },
    'training.save': ({ sessionId, file, metadata }) => {
      const { values, step } = require(sessionId);
      if (full !== undefined && existsSync(full) && step > 3)
        throw new WorkbenchError('disk-full', `There is no room left on the disk of ${file}.`);
      note(`save ${basename(file)}`);
      return Promise.resolve({ sha256: writeWhole(file, { values, step, metadata }) });
    },
    'training.close': ({ sessionId }) => {
      sessions.delete(sessionId);
      return Promise.resolve({});
    },
    'prompts.write': ({ source, target, format, metadata, model }) => {
      const from = readFakeParameters(source) ?? { values: [], step: 0, metadata: {} };
      note(`write ${format}${model === undefined ? '' : ' with a model'}`);
      return Promise.resolve({
        sha256: writeWhole(target, { ...from, metadata: { ...from.metadata, ...metadata } }),
      });
    },
  };
}
