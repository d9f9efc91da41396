import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import { useState, type RefObject } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { fileName, formatCount, formatMoment, formatNoun, formatPercent } from '../../state/format.ts';
import type { MapProposal } from '../../state/map-threshold.ts';
import { useImage } from '../../state/queries.ts';
import type { RunThreshold } from '../../state/run-thresholds.ts';
import { runTitle } from '../../state/run-words.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { MapSection } from './map-section.tsx';
import styles from './review-panel.module.css';
import { ScoreThreshold } from './score-threshold.tsx';
import type { ReviewActions } from './use-verdicts.ts';
import { TrailSection, VerdictSection } from './verdict-section.tsx';

interface ReviewPanelProps {
  readonly imageId: number;
  /** Place in the filmstrip; null for an image that is not in it. */
  readonly index: number | null;
  /** Images in the filmstrip. */
  readonly count: number;
  readonly isScored: boolean;
  readonly run: Run;
  readonly threshold: RunThreshold;
  readonly mapThreshold: number | null;
  readonly mapProposal: MapProposal | undefined;
  /** Where worse images came in behind the one that is shown. */
  readonly onWorst: (() => void) | null;
  readonly verdict: VerdictValue | null;
  /** Whether score, map, prediction and label wait for a verdict. */
  readonly isHidden: boolean;
  readonly actions: ReviewActions;
  readonly noteField: RefObject<HTMLTextAreaElement | null>;
}

/** What is known of the image: file, label, score against the threshold, regions; and of the run. */
export function ReviewPanel(props: ReviewPanelProps) {
  const { imageId, index, run, threshold, isHidden } = props;
  const row = useImage(imageId, run.id).data;
  const place = threshold.scores?.imageIds.indexOf(imageId) ?? -1;
  const score = row?.result?.score ?? threshold.scores?.scores[place] ?? null;
  return (
    <aside className={styles.panel} aria-label="About this image">
      <section className={styles.section}>
        <div className={styles.titleRow}>
          <h1 className={styles.file} title={isHidden ? undefined : row?.image.path}>
            {row ? fileName(row.image.path) : ' '}
          </h1>
          {index !== null && (
            <span className={styles.quiet} data-testid="position">
              {formatCount(index + 1)} of {formatCount(props.count)}
            </span>
          )}
        </div>
        {row && (
          <>
            <p className={styles.quiet}>
              {(isHidden ? [row.image.className] : [row.image.className, row.image.split, row.image.defect])
                .filter((part) => part !== null)
                .join(' / ')}{' '}
              · {row.image.widthPx}×{row.image.heightPx} px
            </p>
            <div className={styles.label}>
              {isHidden ? (
                <>
                  <EyeOff size={14} aria-hidden />
                  <p>Hidden until your verdict</p>
                </>
              ) : (
                <>
                  <StateMark kind={markOfLabel(row.image.label)} />
                  <p>{row.image.label === null ? 'No label' : `Labelled ${wordOfLabel(row.image.label)}`}</p>
                </>
              )}
              {props.onWorst && (
                <Button aria-keyshortcuts="Home" onClick={props.onWorst}>
                  Go to the worst
                </Button>
              )}
            </div>
            {row.result?.error !== null && row.result?.error !== undefined && <p>{row.result.error}</p>}
          </>
        )}
      </section>
      <VerdictSection
        imageId={imageId}
        runId={run.id}
        value={props.verdict}
        actions={props.actions}
        noteField={props.noteField}
      />
      {!isHidden && <ScoreThreshold run={run} score={score} threshold={threshold} />}
      {!isHidden && (
        <MapSection
          imageId={imageId}
          run={run}
          isScored={props.isScored}
          value={props.mapThreshold}
          proposal={props.mapProposal}
          isChosen={threshold.chosen.map !== null}
          onChange={threshold.change}
        />
      )}
      <TrailSection imageId={imageId} />
      <section className={styles.section}>
        <h2>Run</h2>
        <RunFacts run={run} />
      </section>
    </aside>
  );
}

function RunFacts({ run }: { readonly run: Run }) {
  const client = useClient();
  const names = useRunNames();
  const { address, go } = useAddressStore();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => client.call('runs.remove', { runId: run.id }),
    onSuccess: () => {
      setAsking(false);
      go({ view: 'images', runId: null, imageId: null });
    },
  });
  const shown = run.imageAuroc.filter(
    ({ className, auroc }) =>
      auroc !== null && (address.className === null || className === address.className),
  );
  return (
    <>
      <p>{runTitle(run, names)}</p>
      <p className={styles.quiet}>{formatMoment(run.createdAtMs)}</p>
      {shown.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Image AUROC</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ className, auroc }) => (
              <tr key={className}>
                <th scope="row">{className}</th>
                <td>{auroc === null ? '–' : formatPercent(auroc, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div>
        <Button
          variant="outlined"
          onClick={() => {
            setAsking(true);
          }}
        >
          Remove this run
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        title="Remove this run?"
        action="Remove"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        The scores and maps of {formatNoun(run.scoredCount, 'image')} are deleted. The images and the other
        runs stay.
      </ConfirmDialog>
    </>
  );
}
