import { existsSync, writeSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProgram } from '../../../src-main/cli/cli-program.ts';
import { examples } from '../../../src-main/cli/examples.ts';
import { runCli, type CliEnvironment } from '../../../src-main/cli/main.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../src-main/core/create-core.ts';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { catalogueEntry, publishedFile } from '../../support/checkpoint-server.ts';
import { startCheckpointServer } from '../../support/start-checkpoint-server.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../../support/made-up-checkpoints.ts';
import { writeStemCheckpoint } from '../../support/stem-checkpoint.ts';
import { testTransport } from '../../support/test-transport.ts';
import { recordingIo, type RecordingIo } from './recording-io.ts';

// Every command line that README and --help show is typed here, in a folder where the names that they use exist: small
// pictures, made-up checkpoints, and a server of this machine in the place of the publishers'.

const root = path.resolve(import.meta.dirname, '../../..');
const projectPaths = findProjectPaths(path.join(root, 'src-main/cli'));
const goldenFiles = [
  'metrics-and-preprocess.json',
  'metrics-and-preprocess.safetensors',
  'preprocess-down.png',
  'preprocess-up.png',
  'preprocess-wide.png',
];
const before = { folder: process.cwd(), data: process.env['ANOMALY_WORKBENCH_DATA'] };
let scratch: string;
/** What is being typed now. */
let typing: string | null = null;

/** A process that ends in the middle takes the tests that are left with it: at least the last line is known then. */
function tellEnd(code: number): void {
  if (typing !== null) writeSync(2, `The process of the examples ended (code ${code}) during: ${typing}\n`);
}

beforeAll(() => {
  process.on('exit', tellEnd);
});
afterAll(() => {
  process.off('exit', tellEnd);
});

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'examples-'));
  const project = path.join(scratch, 'project');
  await writePictures(path.join(project, 'photos'), ['one.png', 'two.png', 'three.png']);
  await writeMvtec(path.join(project, 'mvtec'));
  await writeMvtec(path.join(scratch, 'shared/data/fixture'));
  const checkpoint = await writeMadeUpCheckpoint(path.join(scratch, 'checkpoint'), 'openai-torchscript', {
    config: tinyClipConfig,
  });
  await copyFile(checkpoint, path.join(project, 'ViT-L-14-336px.pt'));
  await writePrompts(path.join(project, 'epoch_15.pth'));
  await mkdir(path.join(project, '9_12_4_multiscale'));
  await copyFile(path.join(project, 'epoch_15.pth'), path.join(project, '9_12_4_multiscale/epoch_15.pth'));
  await writeFile(
    path.join(project, 'plate-words.json'),
    JSON.stringify({
      name: 'Plates',
      abnormal: ['scratched {}', '{} with a dent'],
      objects: { plate: 'steel plate' },
    }),
  );
  await writeStemCheckpoint(path.join(scratch, 'starter'));
  await copyGoldens(path.join(scratch, 'shared/golden'));
  process.chdir(project);
});

afterAll(async () => {
  process.chdir(before.folder);
  restoreDataFolder();
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
});

function restoreDataFolder(): void {
  if (before.data === undefined) delete process.env['ANOMALY_WORKBENCH_DATA'];
  else process.env['ANOMALY_WORKBENCH_DATA'] = before.data;
}

async function writePictures(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [k, name] of names.entries()) {
    await sharp({ create: { width: 48, height: 40, channels: 3, background: { r: 40 * k, g: 90, b: 120 } } })
      .png()
      .toFile(path.join(folder, name));
  }
}

/** Two classes, so that one can be learned from and the other validated on. */
async function writeMvtec(folder: string): Promise<void> {
  await writeClass(path.join(folder, 'plate'), 2);
  await writeClass(path.join(folder, 'board'), 1);
}

/** A class of MVTec's layout with so many good and so many scratched images to test. */
async function writeClass(folder: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));
  const pictures = names.map((name) => `${name}.png`);
  await writePictures(path.join(folder, 'train/good'), ['000.png']);
  await writePictures(path.join(folder, 'test/good'), pictures);
  await writePictures(path.join(folder, 'test/scratch'), pictures);
  const mask = Buffer.alloc(48 * 40);
  mask.fill(255, 48 * 10, 48 * 14);
  await mkdir(path.join(folder, 'ground_truth/scratch'), { recursive: true });
  for (const name of names) {
    await sharp(mask, { raw: { width: 48, height: 40, channels: 1 } })
      .png()
      .toFile(path.join(folder, 'ground_truth/scratch', `${name}_mask.png`));
  }
}

/** AnomalyCLIP's prompts for the made-up model: 12 words, one block with 4 deep tokens. */
async function writePrompts(file: string): Promise<void> {
  const { width } = tinyClipConfig.text;
  const shapes = {
    ctx_pos: [1, 1, 12, width],
    ctx_neg: [1, 1, 12, width],
    'compound_prompts_text.0': [4, width],
  };
  await writeSafetensors({
    file,
    tensors: Object.entries(shapes).map(([name, shape], index) => ({
      name,
      shape,
      chunks: () => [new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.02 * (index + 1))],
    })),
  });
}

/** The quick half of the reference numbers: the whole takes minutes, and tests/golden checks it. */
async function copyGoldens(folder: string): Promise<void> {
  const goldens = path.resolve(root, '../shared/golden');
  expect(existsSync(goldens), `${goldens} is missing: a checkout has shared/ beside it`).toBe(true);
  await mkdir(folder, { recursive: true });
  for (const name of goldenFiles) await copyFile(path.join(goldens, name), path.join(folder, name));
}

/** The words of a line as a shell parts them; a comment ends it. */
function wordsOf(line: string): string[] {
  const words = line.replace(/(^|\s)#.*$/, '').match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replace(/^"(.*)"$/, '$1'));
}

/** The command line as it is, but for the two things that are not here: the publishers, and a great starter model. */
async function openShop(): Promise<Omit<CliEnvironment, 'io'>> {
  const weights = await readFile('ViT-L-14-336px.pt');
  const server = await startCheckpointServer(weights);
  const entry = catalogueEntry(publishedFile(server, weights, { name: 'ViT-L-14-336px.pt' }), {
    id: 'openai-vit-l-14-336',
  });
  const catalogueFile = path.join(scratch, 'catalogue.json');
  await writeFile(catalogueFile, JSON.stringify({ entries: [entry] }));
  const paths = { ...projectPaths, catalogueFile, starterModelFolder: path.join(scratch, 'starter') };
  return {
    paths,
    openCore: (dataFolder, log) =>
      createCore(
        {
          ...paths,
          dataFolder,
          host: 'cli',
          log,
          computeLauncher: createForkLauncher({
            entryPath: paths.computeEntry,
            assetsFolder: paths.assetsFolder,
          }),
        },
        { transport: testTransport() },
      ),
  };
}

/** Types one line after the other, on a fresh data folder, and expects each to do what it was asked. */
async function typeAll(lines: readonly string[]): Promise<void> {
  const dataFolder = await mkdtemp(path.join(scratch, 'data-'));
  process.env['ANOMALY_WORKBENCH_DATA'] = dataFolder;
  onTestFinished(restoreDataFolder);
  // What one set of examples writes must not lie in the way of the next.
  const present = new Set(await readdir('.'));
  onTestFinished(async () => {
    const written = (await readdir('.')).filter((name) => !present.has(name));
    for (const name of written) await rm(name, { recursive: true, force: true });
  });
  const shop = await openShop();
  for (const line of lines) {
    const [program, ...args] = wordsOf(line);
    expect(program).toBe('anomaly-workbench');
    const io = recordingIo();
    typing = line;
    const code =
      args[0] === 'serve' ? await serveBriefly(args, shop, io) : await runCli(args, { ...shop, io });
    typing = null;
    expect({ line, code, err: code === 0 ? '' : io.err }).toEqual({ line, code: 0, err: '' });
  }
}

/** Starts serving and asks for its end, as a terminal would, when the address was printed. */
async function serveBriefly(
  args: readonly string[],
  shop: Omit<CliEnvironment, 'io'>,
  io: RecordingIo,
): Promise<number> {
  const others = new Set(process.listeners('SIGTERM'));
  const running = runCli(args, {
    ...shop,
    io: {
      ...io,
      stdout: (text) => {
        if (!text.includes('is ready at http://127.0.0.1')) return;
        const own = process.listeners('SIGTERM').filter((listener) => !others.has(listener));
        for (const listener of own) listener('SIGTERM');
      },
    },
  });
  const code = await running;
  expect(process.listeners('SIGTERM').filter((listener) => !others.has(listener))).toEqual([]);
  return code;
}

/** Lines after `  $ ` in a command's help. */
async function examplesOf(words: readonly string[]): Promise<string[]> {
  const io = recordingIo();
  await runCli([...words, '--help'], {
    io,
    paths: projectPaths,
    openCore: () => Promise.reject(new Error()),
  });
  return io.out.split('\n').flatMap((line) => (line.startsWith('  $ ') ? [line.slice(4)] : []));
}

/** Every command of the program that shows examples, with them. */
const shown = await Promise.all(
  createProgram('0', {
    withSession: () => Promise.resolve(),
    withPassingSession: () => Promise.resolve(),
    serve: () => Promise.resolve(),
    print: () => undefined,
  }).commands.map(async (command) => ({
    command: command.name(),
    lines: await examplesOf([command.name()]),
  })),
);

describe('the examples of --help do what they say', () => {
  it('and every command that works on a user’s files has some', () => {
    const withExamples = shown.flatMap(({ command, lines }) => (lines.length > 0 ? [command] : []));
    // All of them: a command whose examples are not found would be left out below without a word.
    expect(withExamples.sort()).toEqual(Object.keys(examples).sort());
    expect(withExamples).toEqual(expect.arrayContaining(['import', 'scan', 'evaluate', 'train', 'export']));
    for (const { command, lines } of shown) expect(lines).toHaveLength(examples[command]?.length ?? 0);
  });

  it.each(shown.filter(({ lines }) => lines.length > 0))('for $command', async ({ lines }) => {
    await typeAll(lines);
  });
});

describe('the commands in README.md do what they say', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const shellLines = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.trim() !== '');

  it('of the command line', async () => {
    const lines = shellLines
      .filter((line) => line.startsWith('npx anomaly-workbench '))
      .map((line) => line.replace(/^npx /, ''));
    expect(lines.length).toBeGreaterThan(3);
    await typeAll(lines);
  });

  it('of npm: each is a script of this project', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const others = shellLines.filter((line) => !line.startsWith('npx anomaly-workbench '));
    expect(others.length).toBeGreaterThan(0);
    for (const line of others) {
      const commands = line.replace(/#.*$/, '').split('&&');
      for (const command of commands) {
        const [program, ...words] = wordsOf(command);
        expect({ line, program }).toEqual({ line, program: 'npm' });
        const [first = '', script = first] = words;
        if (first === 'ci') continue;
        expect(scripts, line).toHaveProperty(first === 'run' ? script : first);
      }
    }
  });
});
