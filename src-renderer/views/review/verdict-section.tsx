import Button from '@mui/material/Button';
import { Redo2, Undo2 } from 'lucide-react';
import {
  memo,
  useEffect,
  useEffectEvent,
  useId,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react';
import type { Verdict, VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StateMark, verdictWords } from '../../components/state-mark.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { unsavedNote, useDecisionStore } from '../../state/decisions.ts';
import { formatMoment } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import { useRuns } from '../../state/queries.ts';
import { emptyHistory } from '../../state/review-order.ts';
import { useTrail } from '../../state/verdicts.ts';
import { sayNodes } from '../../texts/say-nodes.ts';
import { say } from '../../texts/say.ts';
import { describeBasis } from './describe-basis.ts';
import styles from './verdict-section.module.css';
import { useReviewMemory, type ReviewActions } from './use-verdicts.ts';

interface VerdictSectionProps {
  readonly imageId: number;
  readonly runId: number;
  readonly value: VerdictValue | null;
  readonly actions: ReviewActions;
  readonly noteField: RefObject<HTMLTextAreaElement | null>;
}

/** Good, defect or unsure, with a note. */
export const VerdictSection = memo(function VerdictSection({
  imageId,
  runId,
  value,
  actions,
  noteField,
}: VerdictSectionProps) {
  const history = useReviewMemory((state) => state.history[runId] ?? emptyHistory);
  const trail = useTrail(imageId);
  const pendingNote = useDecisionStore((state) => unsavedNote(state.unsaved, imageId));
  const undoKey = useKeyName('verdict.undo');
  const redoKey = useKeyName('verdict.redo');
  const stored = trail.data?.[0]?.note ?? '';
  return (
    <section className={styles.section} aria-label={say('Verdict')}>
      <div className={styles.choices} role="group" aria-label={say('Your verdict')}>
        <Choice value="good" chosen={value} judge={actions.judge} />
        <Choice value="defect" chosen={value} judge={actions.judge} />
        <Choice value="unsure" chosen={value} judge={actions.judge} />
      </div>
      <Note
        key={imageId}
        imageId={imageId}
        stored={pendingNote ?? stored}
        save={actions.note}
        field={noteField}
        ready={trail.data !== undefined || pendingNote !== null}
        tools={
          <div>
            <TipButton
              icon={Undo2}
              label={say('Undo the last verdict')}
              shortcut={undoKey}
              disabled={history.done.length === 0}
              onClick={actions.undo}
            />
            <TipButton
              icon={Redo2}
              label={say('Give the verdict again')}
              shortcut={redoKey}
              disabled={history.undone.length === 0}
              onClick={actions.redo}
            />
          </div>
        }
      />
    </section>
  );
});

interface TrailSectionProps {
  readonly imageId: number;
  /** Blinded: on what ground earlier verdicts stood would tell the score. */
  readonly isHidden: boolean;
}

/** All that was decided of an image; nothing where nothing was. */
export const TrailSection = memo(function TrailSection({ imageId, isHidden }: TrailSectionProps) {
  const trail = useTrail(imageId);
  if (trail.error)
    return <ErrorNotice title={say('The earlier verdicts could not be read')} error={trail.error} />;
  if (isHidden || !trail.data || trail.data.length === 0) return null;
  return (
    <section className={styles.section} aria-label={say('Earlier verdicts')}>
      <h2>{say('Trail')}</h2>
      <Trail key={imageId} verdicts={trail.data} />
    </section>
  );
});

const actionOf = { good: 'verdict.good', defect: 'verdict.defect', unsure: 'verdict.unsure' } as const;

interface ChoiceProps {
  readonly value: VerdictValue;
  readonly chosen: VerdictValue | null;
  readonly judge: (value: VerdictValue) => void;
}

function Choice({ value, chosen, judge }: ChoiceProps) {
  const keyName = useKeyName(actionOf[value]);
  return (
    <button
      type="button"
      className={styles.choice}
      data-value={value}
      aria-pressed={chosen === value}
      aria-keyshortcuts={keyName}
      onClick={(event) => {
        judge(value);
        // The next key goes to the next image, not to this button again.
        if (event.detail > 0) event.currentTarget.blur();
      }}
    >
      <StateMark kind={value} sizePx={14} />
      <span>{verdictWords[value]}</span>
      {keyName !== '' && <kbd>{keyName}</kbd>}
    </button>
  );
}

interface NoteProps {
  readonly imageId: number;
  readonly stored: string;
  readonly ready: boolean;
  readonly save: (imageId: number, note: string) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Beside its name. */
  readonly tools: ReactNode;
}

const saveDelayMs = 500;

/** A note that stores itself a moment after the last letter, and at once when it or the image is left. */
function Note({ imageId, stored, ready, save, field, tools }: NoteProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const keyName = useKeyName('note.write');
  const fieldId = useId();
  const unsaved = useRef<string | null>(null);
  const flush = useEffectEvent(() => {
    if (unsaved.current !== null) save(imageId, unsaved.current);
    unsaved.current = null;
  });
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(() => {
      flush();
    }, saveDelayMs);
    return () => {
      clearTimeout(timer);
    };
  }, [draft]);
  useEffect(() => {
    const leave = () => {
      flush();
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, []);
  return (
    <div className={styles.note}>
      <div className={styles.head}>
        <label htmlFor={fieldId} className={styles.quiet}>
          {keyName === '' ? say('Note') : say('Note ({key})', { key: keyName })}
        </label>
        {tools}
      </div>
      <textarea
        id={fieldId}
        ref={field}
        rows={1}
        maxLength={4000}
        disabled={!ready}
        value={draft ?? stored}
        onChange={(event) => {
          setDraft(event.target.value);
          unsaved.current = event.target.value;
        }}
        onBlur={() => {
          if (unsaved.current !== null) save(imageId, unsaved.current);
          unsaved.current = null;
          setDraft(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </div>
  );
}

const fewShown = 3;

/** Who decided what, when, and on what ground; newest first. */
function Trail({ verdicts }: { readonly verdicts: readonly Verdict[] }) {
  const [all, setAll] = useState(false);
  const runs = useRuns().data ?? [];
  return (
    <>
      <ol className={styles.trail} aria-label={say('Trail')}>
        {(all ? verdicts : verdicts.slice(0, fewShown)).map((verdict) => (
          <li key={verdict.id}>
            <StateMark kind={verdict.value} />
            <div>
              <p>
                {sayNodes('{verdict} · {author} · {time}', {
                  verdict: (
                    <strong>
                      {verdict.value === null ? say('No verdict') : verdictWords[verdict.value]}
                    </strong>
                  ),
                  author: verdict.author,
                  time: formatMoment(verdict.createdAtMs),
                })}
              </p>
              {verdict.basis !== null && <p className={styles.quiet}>{describeBasis(verdict.basis, runs)}</p>}
              {verdict.note !== '' && (
                <p className={styles.words}>{say('«{note}»', { note: verdict.note })}</p>
              )}
            </div>
          </li>
        ))}
      </ol>
      {verdicts.length > fewShown && (
        <div>
          <Button
            aria-expanded={all}
            onClick={() => {
              setAll(!all);
            }}
          >
            {all ? say('Show the newest') : say('Show all {count, number}', { count: verdicts.length })}
          </Button>
        </div>
      )}
    </>
  );
}
