import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { MethodInfo } from '../../../src-shared/domain/method.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { Run, RunEstimate } from '../../../src-shared/domain/run.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { messageOf } from '../../components/error-notice.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { countNewImages, isSameRun, type RunWish } from '../../state/run-plan.ts';
import { say, sayKnown } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import styles from './start-view.module.css';

/** More would push what else is to be said out of sight. */
const mostNames = 4;

interface StartNotesProps {
  readonly dataset: Dataset;
  readonly className: string | null;
  readonly methods: readonly MethodInfo[];
  /** Null where no chosen method needs one. */
  readonly model: Model | null;
  readonly wishes: readonly RunWish[] | null;
  readonly estimate: RunEstimate | null;
  /** Of the data set, newest first. */
  readonly runs: readonly Run[];
}

/** What is good to know before the start: what the run will not have, what the model is good for, whether the disk has room. */
export function StartNotes(props: StartNotesProps) {
  const { dataset, className, methods, model, wishes, estimate, runs } = props;
  const classes = dataset.classes.filter(({ name }) => className === null || name === className);
  const hasLabels = classes.some(({ good, anomalous }) => good + anomalous > 0);
  const hasBoth = classes.some(({ good, anomalous }) => good > 0 && anomalous > 0);
  const { neededBytes = null, freeBytes = null, learnedClasses = [] } = estimate ?? {};
  const isTight = neededBytes !== null && freeBytes !== null && neededBytes > freeBytes;
  const same = (wishes ?? []).flatMap(
    (wish) => runs.find((run) => run.state !== 'failed' && isSameRun(run, wish, model, className)) ?? [],
  );
  if (methods.length === 0) return null;
  return (
    <div className={styles.notes} role="group" aria-label={say('Before the start')}>
      {isTight && (
        <Note kind="warning">
          {say(
            'The results need about {needed}, and {free} are free on the disk of the data folder. Make room first, or look through one class.',
            { needed: formatSize(neededBytes), free: formatSize(freeBytes) },
          )}
        </Note>
      )}
      {model?.note !== undefined && <Note kind="warning">{asSentence(sayKnown(model.note))}</Note>}
      {learnedClasses.length > 0 && (
        <Note kind="warning">
          {say(
            'The learned prompts were learned from {count, plural, one {{names}} other {# of these classes: {names}}}. Figures of what was learned from look better than they are; choose another class or another data set to see what the prompts are good for.',
            {
              count: learnedClasses.length,
              names: shownNames(learnedClasses),
            },
          )}
        </Note>
      )}
      {!hasBoth && (
        <Note kind="info">
          {hasLabels
            ? say(
                'No class has both good and anomalous images: there will be scores and maps, but no metrics of images.',
              )
            : say('These images have no labels: there will be scores and maps, but no metrics.')}
        </Note>
      )}
      {same.map((run) => (
        <SameRun key={run.id} run={run} />
      ))}
    </div>
  );
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `«${name}»`);
  return [...shown, ...(names.length > mostNames ? ['…'] : [])].join(', ');
}

/** The model's remark is written to stand in a line. */
function asSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function Note({ kind, children }: { readonly kind: 'info' | 'warning'; readonly children: ReactNode }) {
  const Icon = kind === 'warning' ? TriangleAlert : Info;
  return (
    <div className={page.note} data-kind={kind}>
      <Icon size={16} aria-hidden />
      <div className={page.noteText}>{children}</div>
    </div>
  );
}

/** A run that was made with the same: its images that came later can be scored alone. */
function SameRun({ run }: { readonly run: Run }) {
  const go = useAddressStore((state) => state.go);
  const client = useClient();
  const show = () => {
    go({ view: 'review', runId: run.id, imageId: null, className: null, methodIds: null });
  };
  const newCount = countNewImages(run);
  const canGoOn = newCount > 0 || run.state === 'paused' || run.state === 'cancelled';
  const goOn = useMutation({
    mutationFn: () => client.call('jobs.resume', { jobId: run.jobId }),
    onSuccess: show,
  });
  return (
    <Note kind="info">
      <p>{sameWords(run, newCount)}</p>
      {goOn.error && <p role="alert">{messageOf(goOn.error)}</p>}
      <Button
        variant="outlined"
        sx={{ marginTop: '4px' }}
        loading={goOn.isPending}
        onClick={() => {
          if (canGoOn) goOn.mutate();
          else show();
        }}
      >
        {newCount > 0
          ? say('{count, plural, one {Score only # new image} other {Score only # new images}}', {
              count: newCount,
            })
          : canGoOn
            ? say('Resume run {id}', { id: run.id })
            : say('Show run {id}', { id: run.id })}
      </Button>
    </Note>
  );
}

function sameWords({ id, state, scoredCount, imageCount }: Run, newCount: number): string {
  if (newCount > 0)
    return say(
      '{count, plural, one {Run {id} was made with the same; # image came since.} other {Run {id} was made with the same; # images came since.}}',
      { id, count: newCount },
    );
  if (state === 'succeeded')
    return say('Run {id} was made with just the same; another gives the same results.', { id });
  if (state === 'paused' || state === 'cancelled')
    return say('Run {id} was made with the same and stopped at {done, number} of {total, number} images.', {
      id,
      done: scoredCount,
      total: imageCount,
    });
  return say('Run {id} is made with the same just now.', { id });
}
