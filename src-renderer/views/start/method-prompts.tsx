import Button from '@mui/material/Button';
import { ChevronDown, ChevronUp, TriangleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import { ownPromptText, type WrittenMethodId } from '../../../src-shared/domain/hand-written-prompts.ts';
import {
  isSameText,
  sentencesOf,
  type PromptMeasure,
  type PromptText,
} from '../../../src-shared/domain/prompt-text.ts';
import { readDraft, type PromptDraft } from '../../state/prompt-drafts.ts';
import { say } from '../../texts/say.ts';
import { PromptEditor } from './prompt-editor.tsx';
import styles from './prompts-section.module.css';

interface MethodPromptsProps {
  readonly methodId: WrittenMethodId;
  readonly name: string;
  /** The words of the class that the sentences are shown for. */
  readonly object: string;
  /** Null: the method's own text. */
  readonly draft: PromptDraft | null;
  readonly measure: PromptMeasure | undefined;
  readonly contextLength: number;
  readonly onChange: (draft: PromptDraft | null) => void;
}

/** The sentences of one method: how many, the first of them, and on demand all of them and the text that makes them. */
export function MethodPrompts(props: MethodPromptsProps) {
  const { methodId, name, object, draft, measure, contextLength, onChange } = props;
  const [open, setOpen] = useState(draft !== null);
  const editorId = useId();
  const own = ownPromptText(methodId);
  const { text, problem } = readDraft(draft, own);
  const sentences = text === null ? null : sentencesOf(text, object);
  return (
    <div className={styles.method} role="group" aria-label={say('Prompts of {method}', { method: name })}>
      <div className={styles.head}>
        <h3>{name}</h3>
        <span className={styles.counts} data-testid="prompt-counts">
          {text === null ? say('cannot be used as they stand') : describeCounts(text)}
          {text !== null && !isSameText(text, own) && ` · ${wordsTitle(text)}`}
        </span>
        <Button
          aria-expanded={open}
          aria-controls={open ? editorId : undefined}
          aria-label={
            open
              ? say('Close the prompts of {method}', { method: name })
              : say('Edit the prompts of {method}', { method: name })
          }
          endIcon={open ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? say('Close') : say('Edit')}
        </Button>
      </div>
      {measure !== undefined && measure.tooLongCount > 0 && (
        <TooLong measure={measure} contextLength={contextLength} />
      )}
      {!open && problem !== null && (
        <p className={styles.problem}>
          <TriangleAlert size={16} aria-hidden />
          {problem.message}
        </p>
      )}
      {!open && sentences !== null && (
        <div className={styles.sentences}>
          <FirstSentence title={say('Normal')} sentences={sentences.normal} />
          <FirstSentence title={say('Anomalous')} sentences={sentences.abnormal} />
        </div>
      )}
      {open && (
        <div id={editorId}>
          <PromptEditor name={name} own={own} draft={draft} onChange={onChange} />
          {sentences !== null && (
            <div className={styles.sentences}>
              <AllSentences title={say('Normal')} sentences={sentences.normal} />
              <AllSentences title={say('Anomalous')} sentences={sentences.abnormal} />
            </div>
          )}
        </div>
      )}
    </div>
  );
}

function wordsTitle(text: PromptText): string {
  return text.name === undefined ? say('edited') : say('«{name}»', { name: text.name });
}

/** `7 normal and 4 anomalous states × 22 templates = 154 and 88 sentences`. */
function describeCounts({ normal, abnormal, templates }: PromptText): string {
  const counts = { normal: normal.length, abnormal: abnormal.length, templates: templates.length };
  if (templates.length === 1)
    return say(
      '{normal, plural, one {# normal sentence} other {# normal sentences}}, {abnormal, plural, one {# anomalous} other {# anomalous}}',
      counts,
    );
  return say(
    '{normal, number} normal and {abnormal, number} anomalous {abnormal, plural, one {state} other {states}} × {templates, number} templates = {normalCount, number} and {abnormalCount, number} sentences',
    {
      ...counts,
      normalCount: normal.length * templates.length,
      abnormalCount: abnormal.length * templates.length,
    },
  );
}

interface SentencesProps {
  readonly title: string;
  readonly sentences: readonly string[];
}

function FirstSentence({ title, sentences }: SentencesProps) {
  const more = sentences.length - 1;
  return (
    <div className={styles.short}>
      <span className={styles.quiet}>{say('{title}:', { title })} </span>
      {`«${sentences[0] ?? ''}»`}
      {more > 0 && <span className={styles.quiet}> {say('and {more, number} more', { more })}</span>}
    </div>
  );
}

function AllSentences({ title, sentences }: SentencesProps) {
  return (
    <div>
      <h4>
        {say('{title}: {count, plural, one {# sentence} other {# sentences}}', {
          title,
          count: sentences.length,
        })}
      </h4>
      <ol
        className={styles.list}
        // A list that scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label={say('{title}: the sentences', { title })}
      >
        {sentences.map((sentence, index) => (
          <li key={index}>{sentence}</li>
        ))}
      </ol>
    </div>
  );
}

function TooLong({
  measure,
  contextLength,
}: {
  readonly measure: PromptMeasure;
  readonly contextLength: number;
}) {
  const { tooLong, tooLongCount } = measure;
  return (
    <div className={styles.problem} role="alert">
      <TriangleAlert size={16} aria-hidden />
      <div>
        <p>
          {say(
            '{count, plural, one {# sentence is} other {# sentences are}} longer than the {contextLength, number} tokens that the model reads. Use fewer words:',
            { count: tooLongCount, contextLength },
          )}
        </p>
        <ul>
          {tooLong.slice(0, 3).map(({ sentence, tokens }) => (
            <li key={sentence}>{say('«{sentence}» ({tokens, number} tokens)', { sentence, tokens })}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
