import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useMutation } from '@tanstack/react-query';
import { Check, EllipsisVertical } from 'lucide-react';
import { memo, useState } from 'react';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useClient } from '../../state/client-context.ts';
import { formatMoment, formatScore } from '../../state/format.ts';
import { describeDifferences, useOperatingPoints } from '../../state/operating-points.ts';
import type { ThresholdLevel } from '../../state/threshold-words.ts';
import { say } from '../../texts/say.ts';
import { ExportPointDialog } from './export-point-dialog.tsx';
import styles from './points-panel.module.css';
import { RenamePointDialog } from './rename-point-dialog.tsx';

interface PointsPanelProps {
  readonly run: Run;
  readonly className: string | null;
  readonly level: ThresholdLevel;
  /** The one that the threshold was taken from; null: none. */
  readonly pointId: number | null;
  /** Of the scale that thresholds are shown with. */
  readonly span: number;
  /** Saves the threshold as it is under a name, and makes it the one in force. */
  readonly onSave: (name: string) => Promise<OperatingPoint>;
  readonly onApply: (point: OperatingPoint) => void;
}

/** Saved thresholds of this level: those of this data set first, then of others. */
export const PointsPanel = memo(function PointsPanel(props: PointsPanelProps) {
  const { run, level, pointId } = props;
  const points = useOperatingPoints();
  const ofLevel = points.data?.filter((point) => point.level === level) ?? [];
  const own = ofLevel.filter(({ datasetId }) => datasetId === run.datasetId);
  const others = ofLevel.filter(({ datasetId }) => datasetId !== run.datasetId);
  const list = (some: readonly OperatingPoint[], name: string) => (
    <ul className={styles.points} aria-label={name}>
      {some.map((point) => (
        <Point key={point.id} {...props} point={point} isInForce={point.id === pointId} />
      ))}
    </ul>
  );
  return (
    <section className={styles.panel} aria-label={say('Operating points')}>
      <h2>{say('Operating points')}</h2>
      <SavePoint onSave={props.onSave} />
      {points.error && (
        <ErrorNotice title={say('The saved thresholds could not be read')} error={points.error} />
      )}
      {points.data && ofLevel.length === 0 && (
        <p className={styles.quiet}>
          {say(
            'None is saved yet. A saved threshold has a name, and can be applied to other runs and exports.',
          )}
        </p>
      )}
      {own.length > 0 && list(own, say('Of this data set'))}
      {others.length > 0 && (
        <>
          <h3 className={styles.heading}>{say('Of other data sets')}</h3>
          {list(others, say('Of other data sets'))}
        </>
      )}
    </section>
  );
});

function SavePoint({ onSave }: Pick<PointsPanelProps, 'onSave'>) {
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: onSave,
    onSuccess: () => {
      setName('');
    },
  });
  const trimmed = name.trim();
  return (
    <form
      className={styles.save}
      onSubmit={(event) => {
        event.preventDefault();
        if (trimmed !== '' && !save.isPending) save.mutate(trimmed);
      }}
    >
      <input
        className={styles.field}
        aria-label={say('Name of this operating point')}
        placeholder={say('Name, such as «Line 4, strict»')}
        maxLength={120}
        value={name}
        onChange={(event) => {
          setName(event.target.value);
        }}
      />
      <Button type="submit" variant="contained" disabled={trimmed === ''} loading={save.isPending}>
        {say('Save')}
      </Button>
      {save.error && <ErrorNotice title={say('It was not saved')} error={save.error} />}
    </form>
  );
}

interface PointProps extends PointsPanelProps {
  readonly point: OperatingPoint;
  readonly isInForce: boolean;
}

type Step = 'rename' | 'export' | 'remove';

function Point({ point, isInForce, run, className, span, onApply }: PointProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [step, setStep] = useState<Step | null>(null);
  const differences = describeDifferences(point, run, className);
  const choose = (next: Step) => {
    setAnchor(null);
    setStep(next);
  };
  const close = () => {
    setStep(null);
  };
  return (
    <li className={styles.point} data-testid="operating-point">
      <div className={styles.words}>
        <div className={styles.name}>{point.name}</div>
        <div className={styles.quiet}>{describePoint(point, span)}</div>
        {differences.map((sentence) => (
          <div key={sentence} className={styles.quiet} data-testid="difference">
            {sentence}
          </div>
        ))}
      </div>
      {isInForce ? (
        <span className={styles.inForce}>
          <Check size={14} aria-hidden /> {say('in force')}
        </span>
      ) : (
        <Button
          size="small"
          variant="outlined"
          aria-label={say('Apply «{name}»', { name: point.name })}
          onClick={() => {
            onApply(point);
          }}
        >
          {say('Apply')}
        </Button>
      )}
      <TipButton
        icon={EllipsisVertical}
        label={say('More about «{name}»', { name: point.name })}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      />
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
      >
        <MenuItem
          onClick={() => {
            choose('rename');
          }}
        >
          {say('Rename')}
        </MenuItem>
        <MenuItem
          onClick={() => {
            choose('export');
          }}
        >
          {say('Export as JSON')}
        </MenuItem>
        <MenuItem
          onClick={() => {
            choose('remove');
          }}
        >
          {say('Remove')}
        </MenuItem>
      </Menu>
      {step === 'rename' && <RenamePointDialog point={point} onClose={close} />}
      {step === 'export' && <ExportPointDialog point={point} onClose={close} />}
      {step === 'remove' && <RemovePointDialog point={point} onClose={close} />}
    </li>
  );
}

/** `0.534 · Block statistics · hazelnut · 22 Nov 2026, 18:40`. */
function describePoint(point: OperatingPoint, span: number): string {
  const { threshold, secondThreshold, methodId, className, createdAtMs } = point;
  return [
    secondThreshold === null
      ? formatScore(threshold, span)
      : say('{lower} to {upper}', {
          lower: formatScore(secondThreshold, span),
          upper: formatScore(threshold, span),
        }),
    methodCatalogue[methodId].name,
    ...(className === null ? [] : [className]),
    formatMoment(createdAtMs),
  ].join(' · ');
}

interface RemovePointDialogProps {
  readonly point: OperatingPoint;
  readonly onClose: () => void;
}

function RemovePointDialog({ point, onClose }: RemovePointDialogProps) {
  const client = useClient();
  const remove = useMutation({
    mutationFn: () => client.call('operatingPoints.remove', { id: point.id }),
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      open
      title={say('Remove «{name}»?', { name: point.name })}
      action={say('Remove')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        remove.mutate();
      }}
      onClose={onClose}
    >
      {say(
        'Its name and what it stood for leave this list. Thresholds that were taken from it stay where they are, and reports go on naming it where a verdict was given at it.',
      )}
    </ConfirmDialog>
  );
}
