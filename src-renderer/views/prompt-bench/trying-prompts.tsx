import Button from '@mui/material/Button';
import { Play } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { settingsRead } from '../../../src-shared/domain/method-settings.ts';
import type { Model, PromptSet } from '../../../src-shared/domain/model.ts';
import type { BenchPrompts } from '../../../src-shared/domain/prompt-bench.ts';
import { isSameText } from '../../../src-shared/domain/prompt-text.ts';
import { ownPromptText, type WrittenMethodId } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { Run, RunScores } from '../../../src-shared/domain/run.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useHandedChoice } from '../../state/handed-choice.ts';
import {
  benchCounts,
  benchMethodIds,
  pickBenchImages,
  type BenchMethodId,
} from '../../state/prompt-bench.ts';
import { draftOf, parseDraft, type PromptDraft } from '../../state/prompt-drafts.ts';
import {
  choiceOf,
  fittingPrompts,
  isWrittenMethod,
  nothingChosen,
  type StartChoice,
} from '../../state/run-plan.ts';
import { say } from '../../texts/say.ts';
import { objectNameRule } from '../start/object-names.tsx';
import { PromptEditor } from '../start/prompt-editor.tsx';
import { BenchImages } from './bench-images.tsx';
import { useLiveBench } from './use-live-bench.ts';
import styles from './prompt-bench-view.module.css';

interface TryingPromptsProps {
  readonly dataset: Dataset;
  /** Whose method, model and words it begins with. */
  readonly run: Run | null;
  /** Never empty, like the images. */
  readonly models: readonly Model[];
  readonly promptSets: readonly PromptSet[];
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
  candidates,
  lookedAt,
}: TryingPromptsProps) {
  const go = useAddressStore((state) => state.go);
  const [methodId, setMethodId] = useState<BenchMethodId>(() => methodOf(run));
  const [choice, setChoice] = useState<StartChoice>(() => beginWith(run));
  const [count, setCount] = useState(8);
  // A run that goes on must not lay other images on the bench under the hands of who types.
  const [pool] = useState(candidates);

  const model = models.find(({ id }) => id === choice.modelId) ?? models[0] ?? null;
  const draft = isWrittenMethod(methodId) ? (choice.drafts[methodId] ?? null) : null;
  const parsed = draft === null ? null : parseDraft(draft);
  const fitting = fittingPrompts(methodId, promptSets, model);
  const picked = fitting.find(({ id }) => id === choice.promptSetIds[methodId]) ?? fitting[0] ?? null;
  const start: BenchPrompts = ofSet(methodId, fitting[0] ?? null);
  const prompts =
    parsed === null ? ofSet(methodId, picked) : parsed.text === null ? undefined : { text: parsed.text };
  const lacksPrompts = !isWrittenMethod(methodId) && picked === null;
  const imageIds = pickBenchImages(pool, lookedAt, count);
  const bench = useLiveBench({
    wish:
      model === null || lacksPrompts
        ? null
        : {
            datasetId: dataset.id,
            modelId: model.id,
            methodId,
            settings: settingsRead(methodId, choice.settings),
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
        ) : lacksPrompts ? (
          <p className={styles.problem} role="status">
            {say(
              '{method} reads learned prompts, and none that are there fit this model. Learn some in Training, or import some in Models.',
              { method: methodCatalogue[methodId].name },
            )}
          </p>
        ) : (
          <LabelledSelect
            label={say('Prompts of {method}', { method: methodCatalogue[methodId].name })}
            value={String(picked?.id ?? '')}
            options={fitting.map((set) => ({ value: String(set.id), name: set.name }))}
            onChange={(value) => {
              setChoice({ ...choice, promptSetIds: { ...choice.promptSetIds, [methodId]: Number(value) } });
            }}
          />
        )}
        <div>
          <Button
            variant="contained"
            disabled={prompts === undefined || lacksPrompts}
            startIcon={<Play size={16} aria-hidden />}
            onClick={() => {
              useHandedChoice.setState({ choice: { ...choice, modelId: model?.id ?? null } });
              go({ view: 'start', methodIds: [methodId] });
            }}
          >
            {isWrittenMethod(methodId) ? say('Use these words in a run') : say('Use these prompts in a run')}
          </Button>
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
        {!lacksPrompts && <BenchImages imageIds={imageIds} bench={bench} />}
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
  const own = ownPromptText(methodId);
  const { text, problem } = draft === null ? { text: own, problem: null } : parseDraft(draft);
  const { name } = methodCatalogue[methodId];
  return (
    <div role="group" aria-label={say('Prompts of {method}', { method: name })}>
      <p className={styles.quiet}>{objectNameRule()}</p>
      <PromptEditor
        name={name}
        draft={draft ?? draftOf(own)}
        isOwn={draft === null}
        problem={problem}
        text={text}
        onChange={(next) => {
          const changed = next === null ? null : parseDraft(next).text;
          onChange(changed !== null && isSameText(changed, own) ? null : next);
        }}
      />
    </div>
  );
}

function methodOf(run: Run | null): BenchMethodId {
  return benchMethodIds.find((id) => id === run?.methodId) ?? 'clip';
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
