// A compute process for tests: what it does with an image stands in the image's file name. It notes every image it is
// given in the file named by FAKE_COMPUTE_LOG.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WorkbenchError } from '../../../../src-shared/contract/errors.ts';
import { encodeFloat16 } from '../../../../src-shared/maps/float16.ts';
import { createTokenizer } from '../../../../src-main/compute/clip/tokenizer.ts';
import { measurePrompts } from '../../../../src-main/compute/methods/measure-prompts.ts';
import type { CallHandlers } from '../../../../src-main/compute/call-handlers.ts';
import type { ComputeParams, ComputeResult } from '../../../../src-main/compute/protocol.ts';
import { createFakeTraining, readFakeParameters } from './fake-training.ts';
import { serveCalls } from '../../../../src-main/compute/serve-calls.ts';

const assetsFolder = join(import.meta.dirname, '../../../../assets');
const logFile = process.env['FAKE_COMPUTE_LOG'];
const delayMs = Number(process.env['FAKE_COMPUTE_DELAY_MS'] ?? 0);
const note = (line: string) => {
  if (logFile !== undefined) appendFileSync(logFile, `${line}\n`);
};
/** Methods that cannot be prepared, and methods that fail inside at every image. */
const refused = (process.env['FAKE_COMPUTE_REFUSES'] ?? '').split(',');
const defective = (process.env['FAKE_COMPUTE_DEFECT'] ?? '').split(',');
type ScanMethods = ComputeParams<'scan.open'>['methods'];
type MethodResult = ComputeResult<'scan.image'>['results'][number];
const open = new Map<number, ScanMethods>();
const benches = new Map<number, ComputeParams<'bench.open'>>();
let nextSession = 1;

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** The number in a file's name is its score. */
function scoreOf(imagePath: string): number {
  return Number(/\d+/.exec(basename(imagePath))?.[0] ?? 0) / 100;
}

/** The whole part of a method's scores tells which method it was. */
const wholePart: Partial<Record<string, number>> = { clip: 1, 'clip-ac': 2, winclip: 3 };

function scoreBy(
  { methodId, promptFile }: Pick<ScanMethods[number], 'methodId' | 'promptFile'>,
  imagePath: string,
): MethodResult {
  const name = basename(imagePath);
  const fail = (code: 'corrupt-file' | 'internal', message: string): MethodResult => ({
    ok: false,
    error: { code, message },
  });
  if (refused.includes(methodId)) return fail('internal', 'It was not prepared.');
  if (defective.includes(methodId)) return fail('internal', 'Something has the wrong shape.');
  if (name.includes('nan')) return fail('internal', `The method computed something that is no number.`);
  if (name.includes(`not-for-${methodId}.`)) return fail('corrupt-file', `${name} is not for ${methodId}.`);
  const learned = promptFile === null ? 0 : (readFakeParameters(promptFile)?.values[0] ?? 0);
  const score = (wholePart[methodId] ?? 0) + scoreOf(imagePath) + learned / 100;
  const map = encodeFloat16([0, score, score / 2, 0.25]);
  return { ok: true, score, rows: 2, columns: 2, map, durationMs: delayMs };
}

const clip = {
  embeddingSize: 768,
  activation: 'quick_gelu' as const,
  layerNormEpsilon: 1e-5,
  vision: { width: 1024, layers: 24, heads: 16, patchSize: 14, gridSize: 24, mlpWidth: 4096 },
  text: { width: 768, layers: 12, heads: 12, contextLength: 77, vocabularySize: 49408, mlpWidth: 3072 },
};

const handlers: CallHandlers = {
  'runtime.info': () =>
    Promise.resolve({ onnxRuntimeVersion: '0', executionProviders: ['fake'], nodeVersion: process.version }),
  'runtime.try': () => Promise.resolve({ durationMs: 1 }),
  'model.inspect': ({ path }) =>
    Promise.resolve({
      path,
      suggestedName: basename(path),
      format: 'safetensors',
      sourceDtype: 'F32',
      config: clip,
      questions: path.includes('question')
        ? [{ field: 'visionHeads', message: 'How many heads?', choices: [12, 16] }]
        : [],
      sizeBytes: 1,
      warnings: [],
    }),
  'model.import': async ({ path, targetFolder }, { report, signal }) => {
    note(`import ${basename(path)}`);
    report({ done: 1, total: 2, message: 'half' });
    if (path.includes('broken')) throw new WorkbenchError('corrupt-file', `${path} is damaged.`);
    if (path.includes('slow')) await never();
    signal.throwIfAborted();
    const { mkdirSync } = await import('node:fs');
    mkdirSync(targetFolder, { recursive: true });
    writeFileSync(`${targetFolder}/model.safetensors`, 'x');
    return {
      config: clip,
      format: 'safetensors',
      sourceDtype: 'F32',
      sha256: (path.includes('other') ? 'd' : 'a').repeat(64),
      sizeBytes: 1,
      warnings: [],
    };
  },
  'prompts.import': ({ path, targetFile }) => {
    note(`prompts ${basename(path)}`);
    const says = (word: string) =>
      path.includes(word) || (existsSync(path) && readFileSync(path, 'utf8').includes(word));
    if (says('broken')) throw new WorkbenchError('corrupt-file', `${path} is damaged.`);
    writeFileSync(targetFile, 'x');
    return Promise.resolve({
      methodId: says('faprompt') ? 'faprompt' : 'anomalyclip',
      textWidth: says('narrow') ? 512 : 768,
      contextLength: 12,
      deepBlocks: 8,
      deepLength: 4,
      provenance: null,
      sha256: 'b'.repeat(64),
    });
  },
  'prompts.measure': (params) => Promise.resolve(measurePrompts(params, createTokenizer({ assetsFolder }))),
  'scan.open': ({ methods }) => {
    if (process.env['FAKE_COMPUTE_OPEN'] === 'crash') process.exit(7);
    const sessionId = nextSession++;
    open.set(sessionId, methods);
    const described = methods.map(({ methodId, references }) =>
      [
        methodId,
        ...references.map(({ images }) =>
          images
            .map(({ imagePath, crop }) => basename(imagePath) + (crop === undefined ? '' : `@${crop.y}`))
            .join('+'),
        ),
      ].join(':'),
    );
    note(`open ${sessionId} ${described.join(' ')}`);
    const rendering = { sizePx: 256, sigmaPx: 4 };
    return Promise.resolve({
      sessionId,
      compute: null,
      methods: methods.map(({ methodId }) =>
        refused.includes(methodId)
          ? { ok: false, error: { code: 'incompatible', message: `${methodId} does not like the model.` } }
          : { ok: true, rendering },
      ),
    });
  },
  'scan.image': async ({ sessionId, imagePath }) => {
    const name = basename(imagePath);
    note(`image ${name}`);
    const methods = open.get(sessionId);
    if (methods === undefined) throw new WorkbenchError('not-found', `The scan ${sessionId} is not open.`);
    if (name.includes('crash-once')) {
      const flag = `${imagePath}.crashed`;
      if (!existsSync(flag)) {
        writeFileSync(flag, '');
        process.kill(process.pid, 'SIGKILL');
        await never();
      }
    } else if (name.includes('crash')) {
      process.kill(process.pid, 'SIGKILL');
      await never();
    }
    if (name.includes('stuck')) await never();
    if (name.includes('broken') && !existsSync(`${imagePath}.mended`))
      throw new WorkbenchError('corrupt-file', `${name} is damaged.`);
    if (delayMs > 0) await setTimeout(delayMs);
    return { results: methods.map((method) => scoreBy(method, imagePath)) };
  },
  'scan.close': ({ sessionId }) => {
    open.delete(sessionId);
    note(`close ${sessionId}`);
    return Promise.resolve({});
  },
  ...createFakeTraining(note),
  'bench.open': (params) => {
    const sessionId = nextSession++;
    benches.set(sessionId, params);
    note(`bench ${sessionId} ${params.methodId} ${params.featureCache?.folder ?? 'no cache'}`);
    return Promise.resolve({ sessionId, rendering: { sizePx: 256, sigmaPx: 4 } });
  },
  'bench.prepare': ({ sessionId, image }) => {
    const { images = [] } = benches.get(sessionId) ?? {};
    const name = basename(images[image]?.imagePath ?? '');
    note(`prepare ${name}`);
    if (name.includes('broken')) throw new WorkbenchError('corrupt-file', `${name} is damaged.`);
    return Promise.resolve({ durationMs: 1 });
  },
  'bench.score': async ({ sessionId, text, promptFile }) => {
    const bench = benches.get(sessionId);
    if (bench === undefined) throw new WorkbenchError('not-found', `The bench ${sessionId} is not open.`);
    note(`score ${text?.abnormal.join('+') ?? promptFile ?? 'own words'}`);
    if (text?.abnormal.includes('crash {}')) process.kill(process.pid, 'SIGKILL');
    if (delayMs > 0) await setTimeout(delayMs);
    const results = bench.images.map(({ imagePath }): MethodResult => {
      if (!imagePath.includes('broken'))
        return scoreBy({ methodId: bench.methodId, promptFile: null }, imagePath);
      return { ok: false, error: { code: 'corrupt-file', message: `${imagePath} is damaged.` } };
    });
    return { results };
  },
  'bench.close': ({ sessionId }) => {
    benches.delete(sessionId);
    note(`bench close ${sessionId}`);
    return Promise.resolve({});
  },
  'conformance.run': () => Promise.resolve({ items: [] }),
};

process.on('disconnect', () => process.exit(0));
process.on(
  'message',
  serveCalls(handlers, (message) => process.send?.(message)),
);
process.send?.({ kind: 'ready' });
