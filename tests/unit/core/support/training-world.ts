import type { MethodParams } from '../../../../src-shared/contract/methods.ts';
import { openTestCore, temporaryFolder, writeTree, type TestCore, type TestCoreOptions } from './harness.ts';

const goodFiles = ['bottle/test/good/01.png', 'bottle/test/good/02.png', 'cable/test/good/03.png'];
const anomalousFiles = ['bottle/test/crack/51.png', 'bottle/test/crack/52.png', 'cable/test/cut/53.png'];

function maskOf(path: string): string {
  return path.replace('/test/', '/ground_truth/').replace('.png', '_mask.png');
}

/** A small MVTec-like set: two classes, three good and three anomalous images with masks. */
export async function importSet(test: TestCore, more: Readonly<Record<string, 'picture'>> = {}) {
  const root = await temporaryFolder();
  const names = [...goodFiles, ...anomalousFiles, ...anomalousFiles.map(maskOf)];
  await writeTree(root, { ...Object.fromEntries(names.map((name) => [name, 'picture' as const])), ...more });
  const { dataset, job } = await test.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await test.jobEnd(job.id);
  return { root, datasetId: dataset.id };
}

async function importModel({ core, jobEnd }: TestCore): Promise<string> {
  const { modelId, job } = await core.call('models.import', { path: '/models/vit-l.safetensors' });
  await jobEnd(job.id);
  return modelId;
}

export interface World extends TestCore {
  readonly dataFolder: string;
  readonly root: string;
  readonly order: MethodParams<'trainings.start'>;
}

/** A core with such a set, a model, and what a training of three epochs is asked for by. */
export async function openWorld(
  options: TestCoreOptions = {},
  more: Record<string, 'picture'> = {},
): Promise<World> {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const test = await openTestCore({ ...options, dataFolder });
  const { root, datasetId } = await importSet(test, more);
  const modelId = await importModel(test);
  const settings = { epochs: 3, batchSize: 4, imageSizePx: 56 };
  return { ...test, dataFolder, root, order: { methodId: 'anomalyclip', modelId, datasetId, settings } };
}
