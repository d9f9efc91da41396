import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { catalogueEntry, publishedFile } from '../../support/checkpoint-server.ts';
import { startCheckpointServer } from '../../support/start-checkpoint-server.ts';
import { tinyClipConfig, writeMadeUpCheckpoint, type MadeUpKind } from '../../support/made-up-checkpoints.ts';
import { testTransport } from '../../support/test-transport.ts';
import { assetsFolder, openTestCore, projectRoot, temporaryFolder } from '../core/support/harness.ts';

// The forms that the publishers of the catalogue use, through the real compute process.
const forms: readonly [MadeUpKind, string, object][] = [
  ['openai-torchscript', 'quick_gelu', {}],
  ['open-clip-safetensors', 'gelu', { activation: 'gelu' }],
  ['torch-state-dict', 'gelu', { activation: 'gelu' }],
];

describe('a checkpoint that was downloaded', () => {
  it.each(forms)(
    'as %s is imported with what its publisher says elsewhere',
    async (kind, activation, answers) => {
      const path = await writeMadeUpCheckpoint(await temporaryFolder(), kind, { config: tinyClipConfig });
      const bytes = await readFile(path);
      const server = await startCheckpointServer(bytes);
      const catalogueFile = join(await temporaryFolder(), 'catalogue.json');
      const entry = catalogueEntry(publishedFile(server, bytes), { answers });
      await writeFile(catalogueFile, JSON.stringify({ entries: [entry] }));
      const { core, jobEnd } = await openTestCore({
        catalogueFile,
        parts: { transport: testTransport() },
        computeLauncher: createForkLauncher({
          entryPath: join(projectRoot, 'src-main/compute/child.ts'),
          assetsFolder,
        }),
      });
      const { modelId, job } = await core.call('models.download', { entryId: 'tiny' });
      expect(await jobEnd(job.id)).toMatchObject({ state: 'succeeded', error: null });
      const { jobs } = await core.call('jobs.list', {});
      const imported = jobs.find((one) => one.kind === 'model-import' && one.modelId === modelId);
      expect(await jobEnd(imported!.id)).toMatchObject({ state: 'succeeded', error: null });
      expect((await core.call('models.list', {})).models).toMatchObject([
        { id: 'tiny', config: { activation, vision: tinyClipConfig.vision } },
      ]);
    },
  );
});
