import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import { Boxes, Tags } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import {
  trainableMethodIdSchema,
  trainableMethodNames,
  type TrainingSettingName,
} from '../../../src-shared/domain/training.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useDatasets, useModels } from '../../state/queries.ts';
import {
  classesLeft,
  foldedSettings,
  labelledIn,
  mainSettings,
  nothingChosenYet,
  orderOf,
  parseSettings,
  usualName,
  type TrainingChoice,
} from '../../state/training-form.ts';
import { useTrainingPlan } from '../../state/training-queries.ts';
import { methodSentences, settingWords } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import { ClassPicks } from './class-picks.tsx';
import { PlanNotes } from './plan-notes.tsx';
import { SettingField } from './setting-field.tsx';
import { SetUpFoot } from './set-up-foot.tsx';
import page from '../../components/page.module.css';
import styles from './training.module.css';

/** What a training learns from and how; or what is missing for one. */
export function TrainingSetUp({ dataset }: { readonly dataset: Dataset }) {
  const go = useAddressStore((state) => state.go);
  const models = useModels();
  if (models.isPending) return <LinearProgress aria-label={say('Reading the models')} />;
  if (models.error)
    return (
      <div className={styles.alone}>
        <ErrorNotice
          title={say('The models could not be read')}
          error={models.error}
          onRetry={() => void models.refetch()}
        />
      </div>
    );
  if (labelledIn(dataset, null) === 0)
    return (
      <EmptyState
        isPage
        icon={Tags}
        title={say('No image of {dataset} has a label', { dataset: dataset.name })}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'add', path: null, layout: null });
            }}
          >
            {say('Add a folder')}
          </Button>
        }
      >
        {say(
          'Prompts are learned from images that are labelled good or anomalous, with masks where the anomalies are. Add a folder whose layout says so, or choose another data set above.',
        )}
      </EmptyState>
    );
  if (models.data.length === 0)
    return (
      <EmptyState
        isPage
        icon={Boxes}
        title={say('No model yet')}
        action={
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'models' });
            }}
          >
            {say('Add a model')}
          </Button>
        }
      >
        {say('Prompts are learned for a CLIP model: import one, or fetch one.')}
      </EmptyState>
    );
  return <SetUpForm dataset={dataset} models={models.data} />;
}

interface SetUpFormProps {
  readonly dataset: Dataset;
  readonly models: readonly Model[];
}

function SetUpForm({ dataset, models }: SetUpFormProps) {
  const { data: datasets = [] } = useDatasets();
  const [choice, setChoice] = useState<TrainingChoice>(nothingChosenYet);
  const change = (part: Partial<TrainingChoice>) => {
    setChoice({ ...choice, ...part });
  };
  const model = models.find(({ id }) => id === choice.modelId) ?? models[0] ?? null;
  const order = orderOf(choice, dataset, model);
  const plan = useTrainingPlan(order);
  const judged = datasets.find(({ id }) => id === choice.validation?.datasetId) ?? null;
  const wrong = model === null ? [] : parseSettings(choice.methodId, choice.drafts, model.config).wrong;
  const fieldsOf = (names: readonly TrainingSettingName[]) => (
    <div className={styles.fields}>
      {model !== null &&
        names.map((name) => (
          <SettingField key={name} name={name} model={model} choice={choice} onChange={setChoice} />
        ))}
    </div>
  );

  return (
    <div className={page.withFoot}>
      <div className={page.scroll}>
        <div className={`${page.top} ${styles.top}`}>
          <h1>{say('Learn prompts from {dataset}', { dataset: dataset.name })}</h1>
        </div>
        <div className={page.grid}>
          <div className={styles.column}>
            <section className={page.section} aria-labelledby="training-method">
              <h2 id="training-method">{say('Method')}</h2>
              <RadioGroup
                aria-labelledby="training-method"
                value={choice.methodId}
                onChange={(_, value) => {
                  change({ methodId: trainableMethodIdSchema.parse(value) });
                }}
              >
                {trainableMethodIdSchema.options.map((id) => (
                  <label key={id} className={styles.method} data-chosen={id === choice.methodId}>
                    <Radio size="small" value={id} />
                    <span>
                      <span className={styles.methodName}>{trainableMethodNames[id]}</span>
                      <span className={styles.quiet}>{methodSentences[id]}</span>
                    </span>
                  </label>
                ))}
              </RadioGroup>
            </section>
            <section className={page.section} aria-labelledby="training-images">
              <h2 id="training-images">{say('Images to learn from')}</h2>
              <ClassPicks
                label={say('Classes to learn from')}
                dataset={dataset}
                chosen={choice.classNames}
                onChange={(classNames) => {
                  change({ classNames });
                }}
              />
            </section>
            <section className={page.section} aria-labelledby="training-validation">
              <h2 id="training-validation">{say('Images to validate on')}</h2>
              <p className={styles.quiet}>
                {say(
                  'Every epoch is measured on them. Choose images that nothing is learned from, best of another data set.',
                )}
              </p>
              <LabelledSelect
                label={say('Validate on')}
                value={judged === null ? '' : String(judged.id)}
                options={[
                  { value: '', name: say('Nothing') },
                  ...datasets
                    .filter((each) => labelledIn(each, null) > 0)
                    .map(({ id, name }) => ({ value: String(id), name })),
                ]}
                onChange={(value) => {
                  change({
                    validation: value === '' ? null : { datasetId: Number(value), classNames: null },
                  });
                }}
              />
              {judged !== null && (
                <ClassPicks
                  label={say('Classes to validate on')}
                  dataset={judged}
                  chosen={choice.validation?.classNames ?? null}
                  {...(judged.id === dataset.id
                    ? { notLearned: classesLeft(dataset, choice.classNames) }
                    : {})}
                  onChange={(classNames) => {
                    change({ validation: { datasetId: judged.id, classNames } });
                  }}
                />
              )}
            </section>
          </div>
          <div className={styles.column}>
            <section className={page.section} aria-labelledby="training-how">
              <h2 id="training-how">{say('How')}</h2>
              <LabelledSelect
                label={say('Model')}
                value={model?.id ?? ''}
                options={models.map(({ id, name }) => ({ value: id, name }))}
                onChange={(modelId) => {
                  change({ modelId });
                }}
              />
              <TextField
                label={say('Name')}
                placeholder={usualName(choice.methodId, dataset)}
                value={choice.name}
                onChange={(event) => {
                  change({ name: event.target.value });
                }}
                slotProps={{ htmlInput: { maxLength: 80 }, inputLabel: { shrink: true } }}
                sx={{ maxWidth: 480 }}
              />
              {model !== null && (
                <>
                  {fieldsOf(mainSettings)}
                  <details className={page.folded}>
                    <summary>{say('All settings')}</summary>
                    {fieldsOf(foldedSettings(choice.methodId))}
                  </details>
                </>
              )}
            </section>
            <PlanNotes
              plan={order === null ? null : (plan.data ?? null)}
              error={order === null ? null : plan.error}
            />
          </div>
        </div>
      </div>
      <SetUpFoot
        order={order}
        name={choice.name.trim()}
        plan={plan.data ?? null}
        isRefused={plan.error !== null}
        obstacle={
          wrong.length > 0
            ? say('Mend these settings first: {names}.', {
                names: wrong.map((name) => settingWords[name].name).join(', '),
              })
            : choice.classNames?.length === 0
              ? say('Choose at least one class to learn from.')
              : choice.validation?.classNames?.length === 0
                ? say('Choose at least one class to validate on.')
                : null
        }
      />
    </div>
  );
}
