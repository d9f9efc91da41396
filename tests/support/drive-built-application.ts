// Runs the built application (out/main/electron.js, its preload and its compute process) with the stand-in in the place
// of 'electron', does what a user does first, and prints what came of it as one line of JSON. A process of its own:
//   node drive-built-application.ts DATA_FOLDER IMAGE_FOLDER [RESOURCES_FOLDER of a packaged application]
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { jobSchema } from '../../src-shared/domain/job.ts';
import {
  contractMethods,
  type MethodName,
  type MethodParams,
  type MethodResult,
} from '../../src-shared/contract/methods.ts';
import type { WorkbenchBridge } from '../../src-shared/contract/wire.ts';
import { BrowserWindow, app, electronWorld, fetchInPage } from './electron-stand-in.ts';

const standIn = pathToFileURL(path.join(import.meta.dirname, 'electron-stand-in.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const [dataFolder = '', imageFolder = '', resourcesFolder] = process.argv.slice(2);
const applicationFolder =
  resourcesFolder === undefined
    ? path.resolve(import.meta.dirname, '../..')
    : path.join(resourcesFolder, 'app');
if (resourcesFolder !== undefined) {
  electronWorld.isPackaged = true;
  Object.assign(process, { resourcesPath: resourcesFolder });
}
const mainModule = path.join(applicationFolder, 'out/main/electron.js');
process.argv = ['electron', '.', '--data', dataFolder];

const evaluated = Promise.withResolvers<null>();
electronWorld.mainModuleEvaluated = evaluated.promise;
await import(pathToFileURL(mainModule).href);
const readyBeforeEvaluated = electronWorld.ready;
evaluated.resolve(null);

const opened = Promise.withResolvers<BrowserWindow>();
app.on('web-contents-created', () => {
  // The window shows itself when its page and preload are there.
  const [window] = BrowserWindow.getAllWindows();
  window?.once('ready-to-show', () => {
    opened.resolve(window);
  });
});
const window = await opened.promise;
const bridge = window.exposed['workbench'] as WorkbenchBridge;

let nextId = 1;
async function call<N extends MethodName>(method: N, params: MethodParams<N>): Promise<MethodResult<N>> {
  const reply = await bridge.request({ id: nextId++, method, params });
  if (!reply.ok) throw new Error(`${method}: ${reply.error.message}`);
  return contractMethods[method].result.parse(reply.result) as MethodResult<N>;
}

/** Waits, by events as a window does, until the job has ended. */
async function finish(jobId: number): Promise<string> {
  const ended = Promise.withResolvers<string>();
  const see = (job: unknown) => {
    const { id, state } = jobSchema.parse(job);
    if (id === jobId && state !== 'queued' && state !== 'running') ended.resolve(state);
  };
  const stop = bridge.onEvent((event) => {
    if (typeof event === 'object' && event !== null && 'job' in event) see(event.job);
  });
  see(await call('jobs.get', { jobId }));
  const state = await ended.promise;
  stop();
  return state;
}

const imported = await call('datasets.import', { path: imageFolder });
const importState = await finish(imported.job.id);
const scan = await call('runs.create', {
  datasetId: imported.dataset.id,
  methodId: 'baseline',
  modelId: null,
  promptSetId: null,
  settings: {},
});
const scanState = await finish(scan.job.id);
const { imageIds, scores } = await call('runs.scores', { runId: scan.run.id });
const map = await fetchInPage(`workbench://app/assets/map/${scan.run.id}/${imageIds[0]}`);
const image = await fetchInPage(`workbench://app/assets/image/${imageIds[0]}`);
const outcome = {
  readyBeforeEvaluated,
  pageTitle: /<title>(.*?)<\/title>/.exec((await window.page?.text()) ?? '')?.[1],
  host: (await call('app.info', {})).host,
  importState,
  scanState,
  scoreCount: scores.length,
  mapStatus: map?.status,
  mapBytes: (await map?.arrayBuffer())?.byteLength,
  imageType: image?.headers.get('content-type'),
  // Read to its end: a body that nobody reads keeps its file open until it is collected, and Node tells that as a warning.
  imageBytes: (await image?.arrayBuffer())?.byteLength,
  utilityProcessCount: electronWorld.utilityProcesses.length,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
window.close();
if (!electronWorld.hasQuit) app.quit();
