import type { Label } from '../../src-shared/domain/dataset.ts';
import { say } from '../texts/say.ts';

export type MarkKind = 'defect' | 'good' | 'unsure';

const colours: Readonly<Record<MarkKind, string>> = {
  defect: 'var(--defect)',
  good: 'var(--good)',
  unsure: 'var(--unsure)',
};

interface StateMarkProps {
  /** Null draws nothing. */
  readonly kind: MarkKind | null;
  readonly sizePx?: number;
  /** Drawn on a photograph: with a dark rim, so that it stands off any picture. */
  readonly onImage?: boolean;
  /** Spoken name; none where a word stands beside the mark. */
  readonly label?: string;
}

/** Defect, good or unsure, each with its own shape as well as its colour: diamond, disc, triangle. */
export function StateMark({ kind, sizePx = 12, onImage = false, label }: StateMarkProps) {
  if (kind === null) return null;
  const spoken = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <svg
      width={sizePx}
      height={sizePx}
      viewBox="0 0 12 12"
      fill={onImage ? markOnImage[kind] : colours[kind]}
      stroke={onImage ? 'rgba(0, 0, 0, 0.75)' : 'none'}
      strokeWidth={1.5}
      paintOrder="stroke"
      {...spoken}
    >
      {kind === 'defect' && <path d="M6 0.8 11.2 6 6 11.2 0.8 6z" />}
      {kind === 'good' && <circle cx="6" cy="6" r="4.4" />}
      {kind === 'unsure' && <path d="M6 1.2 11.2 10.6H0.8z" />}
    </svg>
  );
}

/** On photographs the marks keep the dark theme's colours, whatever the theme. */
const markOnImage: Readonly<Record<MarkKind, string>> = {
  defect: '#ff7a70',
  good: '#56cc8d',
  unsure: '#f2b53c',
};

/** The mark of a label; none where there is no label. */
export function markOfLabel(label: Label | null): MarkKind | null {
  if (label === null) return null;
  return label === 'good' ? 'good' : 'defect';
}

export const verdictWords: Readonly<Record<MarkKind, string>> = {
  defect: say('Defect'),
  good: say('Good'),
  unsure: say('Unsure'),
};

export function wordOfLabel(label: Label | null): string {
  if (label === null) return say('unlabelled');
  return label === 'good' ? say('good') : say('anomalous');
}
