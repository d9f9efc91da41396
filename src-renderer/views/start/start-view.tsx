import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useMutation } from '@tanstack/react-query';
import { Boxes, FolderSearch, Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { MethodId, MethodInfo, MethodSettings } from '../../../src-shared/domain/method.ts';
import { settingsRead } from '../../../src-shared/domain/method-settings.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatNoun } from '../../state/format.ts';
import { useDataset, useDatasets, useMethods, useModels, usePromptSets } from '../../state/queries.ts';
import { MethodChoice } from './method-choice.tsx';
import { RunSettings } from './run-settings.tsx';
import styles from './start-view.module.css';

/** Chooses what to run on a data set, and starts it. */
export function StartView() {
  const { datasetId } = useAddress();
  const go = useAddressStore((state) => state.go);
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  if (datasets.isPending) return <LinearProgress aria-label="Reading the data set" />;
  if (!dataset) {
    return (
      <EmptyState
        isPage
        icon={FolderSearch}
        title="No data set is chosen"
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'data' });
            }}
          >
            Choose a data set
          </Button>
        }
      >
        A run looks through the images of one data set.
      </EmptyState>
    );
  }
  return <StartForm key={dataset.id} dataset={dataset} />;
}

function StartForm({ dataset }: { readonly dataset: Dataset }) {
  const { methodId } = useAddress();
  const { go, replace } = useAddressStore();
  const client = useClient();
  const { data: models = [] } = useModels();
  const { data: promptSets = [] } = usePromptSets();
  const [pickedModel, setPickedModel] = useState<string | null>(null);
  const [pickedPrompts, setPickedPrompts] = useState<number | null>(null);
  const [settings, setSettings] = useState<MethodSettings>({});

  const model = models.find(({ id }) => id === pickedModel) ?? models[0] ?? null;
  const methods = useMethods(model?.id ?? null);
  const method = chooseMethod(methods.data ?? [], methodId);
  const fitting = promptSets.filter(
    (set) => set.methodId === method?.id && (model === null || set.textWidth === model.config.text.width),
  );
  const promptSet = fitting.find(({ id }) => id === pickedPrompts) ?? fitting[0] ?? null;

  const start = useMutation({
    mutationFn: (chosen: MethodInfo) =>
      client.call('runs.create', {
        datasetId: dataset.id,
        methodId: chosen.id,
        modelId: chosen.needsModel ? (model?.id ?? null) : null,
        promptSetId: chosen.needsLearnedPrompts ? (promptSet?.id ?? null) : null,
        settings: settingsRead(chosen.id, settings),
      }),
    onSuccess: ({ run }) => {
      go({ view: 'review', runId: run.id, imageId: null, className: null, methodId: null });
    },
  });

  const promptsMissing = method?.needsLearnedPrompts === true && promptSet === null;
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <h1>Start a run on {dataset.name}</h1>
        <section className={styles.section} aria-labelledby="method-title">
          <div className={styles.head}>
            <h2 id="method-title">Method</h2>
            {methods.data?.some(({ unavailable }) => unavailable !== null) === true && (
              <Button
                startIcon={<Boxes size={16} aria-hidden />}
                onClick={() => {
                  go({ view: 'models' });
                }}
              >
                Open Models to add what is missing
              </Button>
            )}
          </div>
          {methods.isPending && <LinearProgress aria-label="Reading the methods" />}
          {methods.error && (
            <ErrorNotice
              title="The methods could not be read"
              error={methods.error}
              onRetry={() => void methods.refetch()}
            />
          )}
          <MethodChoice
            methods={methods.data ?? []}
            chosen={method?.id ?? null}
            onChoose={(chosen) => {
              replace({ methodId: chosen });
            }}
          />
        </section>
        {method?.needsModel === true && models.length > 0 && (
          <section className={styles.section}>
            <h2>Model</h2>
            <div className={styles.fields}>
              <LabelledSelect
                label="Model"
                value={model?.id ?? ''}
                options={models.map(({ id, name }) => ({ value: id, name }))}
                onChange={setPickedModel}
              />
              {method.needsLearnedPrompts && (
                <LabelledSelect
                  label="Prompts"
                  value={promptSet === null ? '' : String(promptSet.id)}
                  disabled={fitting.length === 0}
                  options={
                    fitting.length === 0
                      ? [{ value: '', name: 'None that fit' }]
                      : fitting.map(({ id, name }) => ({ value: String(id), name }))
                  }
                  onChange={(chosen) => {
                    setPickedPrompts(Number(chosen));
                  }}
                />
              )}
            </div>
            {model?.note !== undefined && <p className={styles.quiet}>{model.note}</p>}
            {promptsMissing && (
              <p className={styles.quiet}>
                No learned prompts fit this model. Import prompts made for text width{' '}
                {model?.config.text.width ?? '?'}, or choose another model.
              </p>
            )}
          </section>
        )}
        {method && method.unavailable === null && (
          <RunSettings method={method} model={model} settings={settings} onChange={setSettings} />
        )}
        {start.error && <ErrorNotice title="The run could not be started" error={start.error} />}
        <div className={styles.finish}>
          <Button
            variant="contained"
            startIcon={<Play size={14} aria-hidden />}
            loading={start.isPending}
            disabled={!method || method.unavailable !== null || promptsMissing || dataset.imageCount === 0}
            onClick={() => {
              if (method) start.mutate(method);
            }}
          >
            Start on {formatNoun(dataset.imageCount, 'image')}
          </Button>
          <Button
            onClick={() => {
              window.history.back();
            }}
          >
            Cancel
          </Button>
        </div>
      </div>
    </div>
  );
}

/** The method of the address, else the strongest that can run (the catalogue goes from simple to strong). */
function chooseMethod(methods: readonly MethodInfo[], wanted: MethodId | null): MethodInfo | null {
  return (
    methods.find(({ id }) => id === wanted) ??
    methods.findLast(({ unavailable }) => unavailable === null) ??
    methods[0] ??
    null
  );
}
