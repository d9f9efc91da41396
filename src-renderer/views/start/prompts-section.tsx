import { TriangleAlert } from 'lucide-react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { objectWords } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { MethodInfo } from '../../../src-shared/domain/method.ts';
import type { PromptMeasure } from '../../../src-shared/domain/prompt-text.ts';
import { isWrittenMethod, type StartChoice } from '../../state/run-plan.ts';
import { say } from '../../texts/say.ts';
import { MethodPrompts } from './method-prompts.tsx';
import { objectNameRule, ObjectNames } from './object-names.tsx';
import styles from './prompts-section.module.css';

interface PromptsSectionProps {
  readonly methods: readonly MethodInfo[];
  readonly dataset: Dataset;
  readonly choice: StartChoice;
  /** Of the methods that write sentences, in their order; undefined while it is not known. */
  readonly measures: readonly (PromptMeasure | undefined)[];
  /** Tokens that the model reads at most. */
  readonly contextLength: number;
  readonly onChange: (choice: StartChoice) => void;
}

/** What the images are compared with: the words for the object, and each method's sentences, which can be edited. */
export function PromptsSection(props: PromptsSectionProps) {
  const { methods, dataset, choice, measures, contextLength, onChange } = props;
  const written = methods.flatMap(({ id, name }) => (isWrittenMethod(id) ? [{ id, name }] : []));
  const example = dataset.classes.find(({ name }) => choice.className === null || name === choice.className);
  if (written.length === 0 || example === undefined) return null;
  const isOneOfMany = choice.className === null && dataset.classes.length > 1;
  const [measure] = measures;
  return (
    <section className={styles.section} aria-labelledby="prompts-title">
      <h2 id="prompts-title">{say('Prompts')}</h2>
      <p className={styles.quiet}>
        {isOneOfMany
          ? say('The sentences that images are compared with, here for «{className}».', {
              className: example.name,
            })
          : say('The sentences that images are compared with.')}{' '}
        {objectNameRule()}
      </p>
      <ObjectNames
        dataset={dataset}
        className={choice.className}
        settings={choice.settings}
        onChange={(settings) => {
          onChange({ ...choice, settings });
        }}
      />
      {measure !== undefined && measure.spelt.length > 0 && <SpeltWords spelt={measure.spelt} />}
      {written.map(({ id, name }, index) => (
        <MethodPrompts
          key={id}
          methodId={id}
          name={name}
          object={objectWords(example.name, choice.settings)}
          draft={choice.drafts[id] ?? null}
          measure={measures[index]}
          contextLength={contextLength}
          onChange={(draft) => {
            const { [id]: _, ...others } = choice.drafts;
            onChange({ ...choice, drafts: draft === null ? others : { ...others, [id]: draft } });
          }}
        />
      ))}
    </section>
  );
}

/** Words that the model has never seen as words: a hint, not a fault. */
function SpeltWords({ spelt }: Pick<PromptMeasure, 'spelt'>) {
  const words = [...new Set(spelt.map(({ word }) => `«${word}»`))];
  return (
    <p className={styles.problem} role="status">
      <TriangleAlert size={16} aria-hidden />
      <span>
        {say(
          '{count, plural, one {The model has no word {words}: it reads it in pieces} other {The model has no words {words}: it reads them in pieces}} and may not know what is meant. Plain English words for the object work better.',
          { count: words.length, words: words.slice(0, 5).join(', ') },
        )}
      </span>
    </p>
  );
}
