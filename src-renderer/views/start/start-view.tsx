import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useMutation } from '@tanstack/react-query';
import { Boxes, FolderSearch, ListChecks, Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { MethodId, MethodSettings } from '../../../src-shared/domain/method.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatNoun } from '../../state/format.ts';
import { chooseMethods, fittingPrompts, runWishes } from '../../state/run-plan.ts';
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
  const { methodIds } = useAddress();
  const { go, replace } = useAddressStore();
  const client = useClient();
  const { data: models = [] } = useModels();
  const { data: promptSets = [] } = usePromptSets();
  const [pickedModel, setPickedModel] = useState<string | null>(null);
  const [pickedPrompts, setPickedPrompts] = useState<Readonly<Partial<Record<MethodId, number>>>>({});
  const [settings, setSettings] = useState<MethodSettings>({});

  const model = models.find(({ id }) => id === pickedModel) ?? models[0] ?? null;
  const methods = useMethods(model?.id ?? null);
  const all = methods.data ?? [];
  const able = all.filter(({ unavailable }) => unavailable === null);
  const chosen = chooseMethods(all, methodIds);
  const needsModel = chosen.some((method) => method.needsModel);

  const start = useMutation({
    mutationFn: () =>
      client.call('runs.createMany', {
        datasetId: dataset.id,
        modelId: needsModel ? (model?.id ?? null) : null,
        runs: runWishes({ methods: chosen, model, promptSets, pickedPrompts, settings }),
      }),
    onSuccess: ({ runs }) => {
      // A method that cannot run says so in the run switch; the strongest of the others is shown.
      const shown = runs.findLast(({ error }) => error === null) ?? runs.at(-1);
      go({ view: 'review', runId: shown?.id ?? null, imageId: null, className: null, methodIds: null });
    },
  });

  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <h1>Start a run on {dataset.name}</h1>
        <section className={styles.section} aria-labelledby="method-title">
          <div className={styles.head}>
            <h2 id="method-title">Methods</h2>
            <div className={styles.headActions}>
              {able.length > 1 && chosen.length < able.length && (
                <Button
                  startIcon={<ListChecks size={16} aria-hidden />}
                  onClick={() => {
                    replace({ methodIds: able.map(({ id }) => id) });
                  }}
                >
                  Choose all {able.length} that can run
                </Button>
              )}
              {able.length < all.length && (
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
            methods={all}
            chosen={chosen.map(({ id }) => id)}
            onChoose={(picked) => {
              replace({ methodIds: picked });
            }}
          />
          {chosen.length > 1 && (
            <p className={styles.quiet}>
              {chosen.length} runs in one pass: each image is read once, and methods that see it at the same
              size share what the model makes of it.
            </p>
          )}
        </section>
        {needsModel && models.length > 0 && (
          <section className={styles.section}>
            <h2>Model</h2>
            <div className={styles.fields}>
              <LabelledSelect
                label="Model"
                value={model?.id ?? ''}
                options={models.map(({ id, name }) => ({ value: id, name }))}
                onChange={setPickedModel}
              />
              {chosen
                .filter((method) => method.needsLearnedPrompts)
                .map(({ id, name }) => {
                  const fitting = fittingPrompts(id, promptSets, model);
                  const picked = fitting.find((set) => set.id === pickedPrompts[id]) ?? fitting[0];
                  return (
                    <LabelledSelect
                      key={id}
                      label={`Prompts of ${name}`}
                      value={picked === undefined ? '' : String(picked.id)}
                      options={fitting.map((set) => ({ value: String(set.id), name: set.name }))}
                      onChange={(value) => {
                        setPickedPrompts({ ...pickedPrompts, [id]: Number(value) });
                      }}
                    />
                  );
                })}
            </div>
            {model?.note !== undefined && <p className={styles.quiet}>{model.note}</p>}
          </section>
        )}
        <RunSettings
          methods={chosen}
          model={model}
          dataset={dataset}
          settings={settings}
          onChange={setSettings}
        />
        {start.error && <ErrorNotice title="The run could not be started" error={start.error} />}
        <div className={styles.finish}>
          <Button
            variant="contained"
            startIcon={<Play size={14} aria-hidden />}
            loading={start.isPending}
            disabled={chosen.length === 0 || dataset.imageCount === 0}
            onClick={() => {
              start.mutate();
            }}
          >
            {startWords(chosen.length, dataset.imageCount)}
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

/** `Start on 115 images`, `Start 3 methods on 115 images`. */
function startWords(methodCount: number, imageCount: number): string {
  const images = formatNoun(imageCount, 'image');
  return methodCount > 1 ? `Start ${methodCount} methods on ${images}` : `Start on ${images}`;
}
