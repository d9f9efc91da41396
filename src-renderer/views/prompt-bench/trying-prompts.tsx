import Button from '@mui/material/Button';
import { GraduationCap, Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { settingsRead } from '../../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { BenchPrompts } from '../../../src-shared/domain/prompt-bench.ts';
import { ownPromptText, type WrittenMethodId } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { runSettingsOf, type Training } from '../../../src-shared/domain/training.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { addressActions, useAddress } from '../../state/address.ts';
import {
  checkpointToken,
  fittingTrainings,
  parseCheckpointToken,
  triedCheckpoint,
} from '../../state/bench-checkpoints.ts';
import { useHandedChoice } from '../../state/handed-choice.ts';
import {
  benchCounts,
  benchMethodIds,
  pickBenchImages,
  type BenchMethodId,
} from '../../state/prompt-bench.ts';
import { parseDraft, type PromptDraft } from '../../state/prompt-drafts.ts';
import {
  choiceOf,
  fittingPrompts,
  isWrittenMethod,
  nothingChosen,
  type StartChoice,
} from '../../state/run-plan.ts';
import { keptName } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import { objectNameRule } from '../start/object-names.tsx';
import { PromptEditor } from '../start/prompt-editor.tsx';
import { BenchImages } from './bench-images.tsx';
import { LearnedPrompts } from './learned-prompts.tsx';
import { useLiveBench } from './use-live-bench.ts';
import styles from './prompt-bench-view.module.css';

interface TryingPromptsProps {
  readonly dataset: Dataset;
  /** Whose method, model and words it begins with. */
  readonly run: Run | null;
  /** Never empty, like the images. */
  readonly models: readonly Model[];
  readonly promptSets: readonly PromptSet[];
  readonly trainings: readonly Training[];
  readonly candidates: Pick<RunScores, 'imageIds' | 'labels'>;
  /** The image that Review shows; it comes first. */
  readonly lookedAt: number | null;
}

/** Left what the images are compared with, right what that says of them. */
export function TryingPrompts({
  dataset,
  run,
  models,
  promptSets,
  trainings,
  candidates,
  lookedAt,
}: TryingPromptsProps) {
  const { go, replace } = addressActions;
  const { checkpoint: token } = useAddress('checkpoint');
  const wanted = token === null ? null : parseCheckpointToken(token);
  const ofWanted = trainings.find(({ id }) => id === wanted?.trainingId);
  const [methodId, setMethodId] = useState<BenchMethodId>(() => methodOf(ofWanted ?? run));
  const [choice, setChoice] = useState<StartChoice>(() => {
    const begun = beginWith(run);
    const own = models.find(({ sha256 }) => sha256 === ofWanted?.modelSha256);
    return own === undefined ? begun : { ...begun, modelId: own.id };
  });
  const [count, setCount] = useState(8);
  // A run that goes on must not lay other images on the bench under the hands of who types.
  const [pool] = useState(candidates);

  const model = models.find(({ id }) => id === choice.modelId) ?? models[0] ?? null;
  const draft = isWrittenMethod(methodId) ? (choice.drafts[methodId] ?? null) : null;
  const parsed = draft === null ? null : parseDraft(draft);
  const fitting = fittingPrompts(methodId, promptSets, model);
  const picked = fitting.find(({ id }) => id === choice.promptSetIds[methodId]) ?? fitting[0] ?? null;
  const learning = fittingTrainings(methodId, trainings, models, model);
  const checkpoint = triedCheckpoint(learning, wanted, picked === null);
  const training = learning.find(({ id }) => id === checkpoint?.trainingId) ?? null;
  const start: BenchPrompts =
    fitting[0] === undefined && training !== null
      ? { trainingId: training.id, epoch: 1 }
      : ofSet(methodId, fitting[0] ?? null);
  const prompts =
    parsed === null
      ? (checkpoint ?? ofSet(methodId, picked))
      : parsed.text === null
        ? undefined
        : { text: parsed.text };
  const lacksPrompts = !isWrittenMethod(methodId) && picked === null && checkpoint === null;
  const imageIds = pickBenchImages(pool, lookedAt, count);
  const bench = useLiveBench({
    wish:
      model === null || lacksPrompts
        ? null
        : {
            datasetId: dataset.id,
            modelId: model.id,
            methodId,
            // Images are seen as the training saw them, so that scores are those of its probe images.
            settings:
              training === null
                ? settingsRead(methodId, choice.settings)
                : runSettingsOf(training.methodId, training.settings),
            imageIds,
          },
    start,
    prompts,
  });

  return (
    <div className={styles.page}>
      <section className={styles.column} aria-labelledby="bench-title">
        <h1 id="bench-title">{say('Try prompts on {dataset}', { dataset: dataset.name })}</h1>
        <LabelledSelect
          label={say('Method')}
          value={methodId}
          options={benchMethodIds.map((id) => ({ value: id, name: methodCatalogue[id].name }))}
          onChange={(value) => {
            const chosen = benchMethodIds.find((id) => id === value);
            if (chosen !== undefined) setMethodId(chosen);
          }}
        />
        <LabelledSelect
          label={say('Model')}
          value={model?.id ?? ''}
          options={models.map(({ id, name }) => ({ value: id, name }))}
          onChange={(modelId) => {
            setChoice({ ...choice, modelId });
          }}
        />
        {isWrittenMethod(methodId) ? (
          <Words
            methodId={methodId}
            draft={draft}
            onChange={(next) => {
              setChoice({ ...choice, drafts: withDraft(choice.drafts, methodId, next) });
            }}
          />
        ) : (
          <LearnedPrompts
            methodId={methodId}
            sets={fitting}
            trainings={learning}
            picked={picked}
            checkpoint={checkpoint}
            onPickSet={(promptSetId) => {
              setChoice({ ...choice, promptSetIds: { ...choice.promptSetIds, [methodId]: promptSetId } });
              replace({ checkpoint: null });
            }}
            onPickCheckpoint={(tried) => {
              replace({ checkpoint: checkpointToken(tried) });
            }}
          />
        )}
        <div>
          {checkpoint !== null ? (
            <Button
              variant="contained"
              startIcon={<GraduationCap size={16} aria-hidden />}
              onClick={() => {
                go({ view: 'training', ...checkpoint });
              }}
            >
              {say('Show this epoch in Training')}
            </Button>
          ) : (
            <Button
              variant="contained"
              disabled={prompts === undefined || lacksPrompts}
              startIcon={<Play size={16} aria-hidden />}
              onClick={() => {
                useHandedChoice.setState({ choice: { ...choice, modelId: model?.id ?? null } });
                go({ view: 'start', methodIds: [methodId] });
              }}
            >
              {isWrittenMethod(methodId)
                ? say('Use these words in a run')
                : say('Use these prompts in a run')}
            </Button>
          )}
        </div>
      </section>
      <section className={styles.column} aria-label={say('What the prompts say')}>
        <LabelledSelect
          label={say('Images at most')}
          value={String(count)}
          options={benchCounts.map((each) => ({ value: String(each), name: String(each) }))}
          onChange={(value) => {
            setCount(Number(value));
          }}
        />
        {!lacksPrompts && (
          <BenchImages
            imageIds={imageIds}
            startName={startName(methodId, fitting[0] ?? null, training)}
            bench={bench}
          />
        )}
      </section>
    </div>
  );
}

interface WordsProps {
  readonly methodId: WrittenMethodId;
  /** Null: the method's own. */
  readonly draft: PromptDraft | null;
  readonly onChange: (draft: PromptDraft | null) => void;
}

function Words({ methodId, draft, onChange }: WordsProps) {
  const { name } = methodCatalogue[methodId];
  return (
    <div role="group" aria-label={say('Prompts of {method}', { method: name })}>
      <p className={styles.quiet}>{objectNameRule()}</p>
      <PromptEditor name={name} own={ownPromptText(methodId)} draft={draft} onChange={onChange} />
    </div>
  );
}

function methodOf(of: Pick<Run | Training, 'methodId'> | null): BenchMethodId {
  return benchMethodIds.find((id) => id === of?.methodId) ?? 'clip';
}

/** What changes are told against; null: the method's own words. */
function startName(methodId: BenchMethodId, set: PromptSet | null, training: Training | null): string | null {
  if (isWrittenMethod(methodId)) return null;
  if (set !== null) return set.name;
  return training === null ? null : keptName(training, 1);
}

/** References are nothing that a bench for prompts could show. */
function beginWith(run: Run | null): StartChoice {
  if (run === null) return nothingChosen;
  const choice = choiceOf(run);
  const { shots: _, ...settings } = choice.settings;
  return { ...choice, settings, className: null };
}

function ofSet(methodId: BenchMethodId, set: PromptSet | null): BenchPrompts {
  return isWrittenMethod(methodId) || set === null ? null : { promptSetId: set.id };
}

function withDraft(
  drafts: StartChoice['drafts'],
  methodId: WrittenMethodId,
  draft: PromptDraft | null,
): StartChoice['drafts'] {
  const { [methodId]: _, ...others } = drafts;
  return draft === null ? others : { ...others, [methodId]: draft };
}
