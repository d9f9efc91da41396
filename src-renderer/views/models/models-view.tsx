import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Boxes } from 'lucide-react';
import { useState } from 'react';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { useClient } from '../../state/client-context.ts';
import { describeComputeUse } from '../../state/compute-words.ts';
import { fileName, formatMoment } from '../../state/format.ts';
import { describeProvenance, formatNames, modelFacts } from '../../state/model-words.ts';
import { useCatalogue, useJobs, useModels, useModelsDiskUse, usePromptSets, useRuns } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { ExportPromptsButton } from './export-prompts.tsx';
import { GetModel } from './get-model.tsx';
import { ImportModel } from './import-model.tsx';
import { ImportPrompts } from './import-prompts.tsx';
import { RenameButton } from '../../components/rename-button.tsx';
import { RemoveButton } from '../../components/remove-button.tsx';
import page from '../../components/page.module.css';
import styles from './models-view.module.css';

/** Backbones and learned prompts: what is in the library, and importing more. */
export function ModelsView() {
  const models = useModels();
  const prompts = usePromptSets();
  const { data: jobs = [] } = useJobs();
  const [importing, setImporting] = useState<'model' | 'prompts' | null>(null);
  const [importedName, setImportedName] = useState<string | null>(null);
  const close = () => {
    setImporting(null);
  };
  const openImports = jobs.filter(
    (job) => job.kind === 'model-import' && (job.state === 'running' || job.state === 'queued'),
  );
  const failedImport = jobs.find((job) => job.kind === 'model-import');
  const importButton = (
    <Button
      variant="contained"
      onClick={() => {
        setImporting('model');
      }}
    >
      {say('Import a model')}
    </Button>
  );

  return (
    <div className={page.padded}>
      <div className={styles.column}>
        <div className={styles.title}>
          <h1>{say('Models')}</h1>
          <DiskUse />
          <span className={styles.space} />
          {models.data !== undefined && models.data.length > 0 && importing !== 'model' && importButton}
        </div>
        <div>
        {importing === 'model' && <ImportModel onClose={close} />}
        {openImports.map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
        {failedImport?.state === 'failed' && importing === null && <JobLine job={failedImport} />}
        {models.isPending && <LinearProgress aria-label={say('Reading the models')} />}
        {models.error && (
          <ErrorNotice
            title={say('The models could not be read')}
            error={models.error}
            onRetry={() => void models.refetch()}
          />
        )}
        {models.data?.length === 0 && importing !== 'model' && openImports.length === 0 && (
          <EmptyState icon={Boxes} title={say('No model yet')} action={importButton}>
            {say(
              'Block statistics need no model. All other methods need a CLIP checkpoint with a vision transformer: OpenAI’s .pt, Hugging Face’s safetensors with its config, or open_clip’s. Nothing in a file is executed. Below are some that the workbench can fetch.',
            )}
          </EmptyState>
        )}
        <ul className={styles.list}>
          {models.data?.map((model) => (
            <ModelRow key={model.id} model={model} />
          ))}
        </ul>

        <div className={styles.head}>
          <h2>{say('Learned prompts')}</h2>
          {importing !== 'prompts' && (
            <Button
              variant="outlined"
              onClick={() => {
                setImporting('prompts');
              }}
            >
              {say('Import prompts')}
            </Button>
          )}
        </div>
        {importing === 'prompts' && (
          <ImportPrompts
            onClose={close}
            onImported={({ name }) => {
              setImportedName(name);
            }}
          />
        )}
        <p role="status" className={styles.quiet}>
          {importedName !== null && importing !== 'prompts' && say('Imported «{name}».', { name: importedName })}
        </p>
        {prompts.error && (
          <ErrorNotice
            title={say('The prompts could not be read')}
            error={prompts.error}
            onRetry={() => void prompts.refetch()}
          />
        )}
        {prompts.data?.length === 0 && importing !== 'prompts' && (
          <p className={styles.quiet}>
            {say(
              'AnomalyCLIP and FAPrompt use prompts that were learned once and serve any object: fetch some below, or import a released .pth file or safetensors.',
            )}
          </p>
        )}
        <ul className={styles.list}>
          {prompts.data?.map((promptSet) => (
            <PromptRow key={promptSet.id} promptSet={promptSet} />
          ))}
        </ul>
        </div>
        <GetModel />
      </div>
    </div>
  );
}

/** What all of it takes, and how much of that is downloads that were not imported. */
function DiskUse() {
  const { data: use } = useModelsDiskUse();
  if (use === undefined || use.totalBytes === 0) return null;
  return (
    <p className={styles.quiet}>
      {use.downloadsBytes > 0
        ? say('Models, prompts and downloads take {total} on the disk, downloads {downloads} of it.', {
            total: formatSize(use.totalBytes),
            downloads: formatSize(use.downloadsBytes),
          })
        : say('Models and prompts take {total} on the disk.', { total: formatSize(use.totalBytes) })}
    </p>
  );
}

function ModelRow({ model }: { readonly model: Model }) {
  const client = useClient();
  const { data: catalogue = [] } = useCatalogue();
  const { data: runs = [] } = useRuns();
  const entry = catalogue.find(({ modelId }) => modelId === model.id)?.entry;
  const use = runs.find(({ modelId, compute }) => modelId === model.id && compute !== undefined)?.compute;
  return (
    <li className={styles.row}>
      <div className={styles.text}>
        <h2>{model.name}</h2>
        {model.note !== undefined && <p>{model.note}</p>}
        <p className={styles.quiet}>{modelFacts(model.config)}</p>
        <p className={styles.quiet} title={model.sourceFile}>
          {say('{format} · {size} · from {file} · {moment}', {
            format: formatNames[model.format],
            size: formatSize(model.sizeBytes),
            file: fileName(model.sourceFile),
            moment: formatMoment(model.importedAtMs),
          })}
        </p>
        {entry !== undefined && (
          <p className={styles.quiet}>
            {say('{publisher} · licence: {licence}', { publisher: entry.publisher, licence: entry.licence })}
          </p>
        )}
        {use !== undefined && (
          <p className={styles.quiet}>
            {say('Last computed by: {what}', { what: describeComputeUse(use) })}
          </p>
        )}
      </div>
      {model.bundled !== true && (
        <RenameButton
          name={model.name}
          rename={(name) => client.call('models.rename', { modelId: model.id, name })}
        />
      )}
      <RemoveButton name={model.name} remove={() => client.call('models.remove', { modelId: model.id })}>
        {model.bundled === true
          ? say(
              'Its copy in the data folder ({size}) and the prompts that came with it are deleted; the results of its runs stay. They came with the workbench, which makes them anew when it needs them next.',
              { size: formatSize(model.sizeBytes) },
            )
          : say(
              'Its copy in the data folder ({size}) is deleted; the file it came from and the results of its runs stay.',
              { size: formatSize(model.sizeBytes) },
            )}
      </RemoveButton>
    </li>
  );
}

function PromptRow({ promptSet }: { readonly promptSet: PromptSet }) {
  const client = useClient();
  return (
    <li className={styles.row}>
      <div className={styles.text}>
        <h3>{promptSet.name}</h3>
        {promptSet.note !== undefined && <p>{promptSet.note}</p>}
        <p className={styles.quiet} title={promptSet.sourceFile}>
          {say(
            '{method} · {words} words, {blocks} blocks with {tokens} deep tokens · for text width {width} · from {file} · {moment}',
            {
              method: methodCatalogue[promptSet.methodId].name,
              words: promptSet.contextLength,
              blocks: promptSet.deepBlocks,
              tokens: promptSet.deepLength,
              width: String(promptSet.textWidth),
              file: fileName(promptSet.sourceFile),
              moment: formatMoment(promptSet.importedAtMs),
            },
          )}
        </p>
        {promptSet.provenance !== undefined && (
          <p className={styles.quiet}>{describeProvenance(promptSet.provenance)}</p>
        )}
      </div>
      <ExportPromptsButton promptSet={promptSet} />
      <RenameButton
        name={promptSet.name}
        rename={(name) => client.call('prompts.rename', { promptSetId: promptSet.id, name })}
      />
      <RemoveButton name={promptSet.name} remove={() => client.call('prompts.remove', { promptSetId: promptSet.id })}>
        {promptSet.bundled === true
          ? say(
              'Its copy in the data folder is deleted; the results of its runs stay. It came with the workbench: removing the starter model, which is made anew then, brings it back.',
            )
          : say('Its copy in the data folder is deleted; the file it came from and the results of its runs stay.')}
      </RemoveButton>
    </li>
  );
}
