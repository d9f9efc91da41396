import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { ListChecks, ListVideo } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { addressActions, useAddress } from '../../state/address.ts';
import { useMethods, useModels, usePromptSets, useRuns } from '../../state/queries.ts';
import { useHandedChoice } from '../../state/handed-choice.ts';
import {
  chooseMethods,
  choiceOf,
  choiceOfPrompts,
  fittingPrompts,
  imagesIn,
  nothingChosen,
  runWishes,
  type StartChoice,
} from '../../state/run-plan.ts';
import { useRunEstimate } from '../../state/start-queries.ts';
import { runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { MethodChoice } from './method-choice.tsx';
import { PromptsSection } from './prompts-section.tsx';
import { RunSettings } from './run-settings.tsx';
import { StartFoot } from './start-foot.tsx';
import { StartNotes } from './start-notes.tsx';
import { useMeasuredPrompts } from './use-measured-prompts.ts';
import page from '../../components/page.module.css';
import styles from './start-view.module.css';

interface StartFormProps {
  readonly dataset: Dataset;
  /** The run whose settings the form begins with. */
  readonly again: Run | null;
  /** The prompts that the form begins with. */
  readonly learned: PromptSet | null;
}

/** Everything that a run is made with, what it will cost, and the button that starts it. */
export function StartForm({ dataset, again, learned }: StartFormProps) {
  const { methodIds } = useAddress('methodIds');
  const { go, replace } = addressActions;
  const { data: models = [] } = useModels();
  const { data: promptSets = [] } = usePromptSets();
  const { data: runs = [] } = useRuns();
  const [choice, setChoice] = useState<StartChoice>(() => {
    const handed = useHandedChoice.getState().choice;
    if (handed !== null) return handed;
    if (again !== null) return choiceOf(again);
    return learned === null ? nothingChosen : choiceOfPrompts(learned, models);
  });
  // It was for this start alone.
  useEffect(() => {
    useHandedChoice.setState({ choice: null });
  }, []);

  const model = models.find(({ id }) => id === choice.modelId) ?? models[0] ?? null;
  const methods = useMethods(model?.id ?? null);
  const all = methods.data ?? [];
  const able = all.filter(({ unavailable }) => unavailable === null);
  const wanted = methodIds ?? (again === null ? null : [again.methodId]);
  const chosen = chooseMethods(all, wanted);
  // An address, or a run that is made again, can name what cannot run here any more.
  const unable = all.filter(({ id, unavailable }) => unavailable !== null && wanted?.includes(id) === true);
  const usesModel = chosen.some((method) => method.needsModel) && model !== null;
  const className = dataset.classes.some(({ name }) => name === choice.className) ? choice.className : null;
  const wishes = runWishes({ methods: chosen, model, promptSets, choice });
  const measured = useMeasuredPrompts({ methods: chosen, dataset, choice: { ...choice, className }, model });
  const question =
    wishes === null || wishes.length === 0
      ? null
      : { datasetId: dataset.id, modelId: usesModel ? model.id : null, className, runs: wishes };
  const estimate = useRunEstimate(question).data ?? null;
  const ownRuns = runs.filter(({ datasetId }) => datasetId === dataset.id);

  return (
    <div className={page.withFoot}>
      <div className={page.scroll}>
        <div className={page.top}>
          <h1>{say('Start a run on {dataset}', { dataset: dataset.name })}</h1>
          {ownRuns.length > 0 && (
            <Button
              startIcon={<ListVideo size={16} aria-hidden />}
              onClick={() => {
                go({ view: 'runs' });
              }}
            >
              {say('{count, plural, one {Show # run} other {Show # runs}}', { count: ownRuns.length })}
            </Button>
          )}
        </div>
        <div className={`${page.grid} ${styles.grid}`}>
          <section className={page.section} aria-labelledby="method-title">
            <div className={styles.head}>
              <h2 id="method-title">{say('Methods')}</h2>
              {able.length > 1 && chosen.length < able.length && (
                <Button
                  startIcon={<ListChecks size={16} aria-hidden />}
                  onClick={() => {
                    replace({ methodIds: able.map(({ id }) => id) });
                  }}
                >
                  {say('Choose all {count, number} that can run', { count: able.length })}
                </Button>
              )}
            </div>
            {methods.isPending && <LinearProgress aria-label={say('Reading the methods')} />}
            {methods.error && (
              <ErrorNotice
                title={say('The methods could not be read')}
                error={methods.error}
                onRetry={() => void methods.refetch()}
              />
            )}
            <MethodChoice
              methods={all}
              chosen={chosen.map(({ id }) => id)}
              hasModel={model !== null}
              onChoose={(picked) => {
                replace({ methodIds: picked });
              }}
            />
            {chosen.length > 1 && (
              <p className={styles.quiet}>
                {say(
                  '{count, number} runs in one pass: each image is read once, and methods that see it at the same size share what the model makes of it.',
                  { count: chosen.length },
                )}
              </p>
            )}
          </section>
          <div className={styles.column}>
            {again !== null && (
              <p className={styles.quiet}>
                {say('Begins with what run {id} was made with: {title}. Change what is to be different.', {
                  id: again.id,
                  title: runTitle(again, { models, promptSets }),
                })}
              </p>
            )}
            {again === null && learned !== null && (
              <p className={styles.quiet}>
                {say('Begins with the prompts «{name}»; images are seen as when these were learned.', {
                  name: learned.name,
                })}
              </p>
            )}
            {usesModel && (
              <section className={page.section} aria-labelledby="model-title">
                <div className={styles.head}>
                  <h2 id="model-title">{say('Model')}</h2>
                </div>
                <div className={styles.fields}>
                  <LabelledSelect
                    label={say('Model')}
                    value={model.id}
                    options={models.map(({ id, name }) => ({ value: id, name }))}
                    onChange={(modelId) => {
                      setChoice({ ...choice, modelId });
                    }}
                  />
                  {chosen
                    .filter((method) => method.needsLearnedPrompts)
                    .map(({ id, name }) => {
                      const fitting = fittingPrompts(id, promptSets, model);
                      const picked = fitting.find((set) => set.id === choice.promptSetIds[id]) ?? fitting[0];
                      return (
                        <LabelledSelect
                          key={id}
                          label={say('Prompts of {method}', { method: name })}
                          value={picked === undefined ? '' : String(picked.id)}
                          options={fitting.map((set) => ({ value: String(set.id), name: set.name }))}
                          onChange={(value) => {
                            setChoice({
                              ...choice,
                              promptSetIds: { ...choice.promptSetIds, [id]: Number(value) },
                            });
                          }}
                        />
                      );
                    })}
                </div>
                <RunSettings
                  methods={chosen}
                  model={model}
                  dataset={dataset}
                  settings={choice.settings}
                  onChange={(settings) => {
                    setChoice({ ...choice, settings });
                  }}
                />
              </section>
            )}
            {dataset.classes.length > 1 && (
              <section className={page.section} aria-labelledby="scope-title">
                <div className={styles.head}>
                  <h2 id="scope-title">{say('Images')}</h2>
                </div>
                <LabelledSelect
                  label={say('Look through')}
                  value={className ?? ''}
                  options={[
                    {
                      value: '',
                      name: say('All {count, plural, one {# image} other {# images}}', {
                        count: dataset.imageCount,
                      }),
                    },
                    ...dataset.classes.map(({ name }) => ({
                      value: name,
                      name: say('{className} ({count, plural, one {# image} other {# images}})', {
                        className: name,
                        count: imagesIn(dataset, name),
                      }),
                    })),
                  ]}
                  onChange={(value) => {
                    setChoice({ ...choice, className: value === '' ? null : value });
                  }}
                />
              </section>
            )}
            <StartNotes
              dataset={dataset}
              className={className}
              methods={chosen}
              model={usesModel ? model : null}
              wishes={wishes}
              estimate={estimate}
              runs={ownRuns}
            />
            {usesModel && (
              <PromptsSection
                methods={chosen}
                dataset={dataset}
                choice={{ ...choice, className }}
                measures={measured}
                contextLength={model.config.text.contextLength}
                onChange={setChoice}
              />
            )}
          </div>
        </div>
      </div>
      <StartFoot
        dataset={dataset}
        className={className}
        methodCount={chosen.length}
        question={question}
        estimate={estimate}
        obstacle={
          chosen.length === 0 && unable[0] !== undefined
            ? unable[0].unavailable
            : wishes === null
              ? say('Some prompts cannot be used as they stand; mend them first.')
              : measured.some((each) => each !== undefined && each.tooLongCount > 0)
                ? say('Some sentences are longer than the model reads; shorten them first.')
                : null
        }
      />
    </div>
  );
}
