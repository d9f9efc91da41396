import type { ExportKind } from '../../../src-shared/domain/export.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import type { ExportForm } from '../../state/export-form.ts';
import { say } from '../../texts/say.ts';
import { CheckLine } from './check-line.tsx';
import styles from './export-view.module.css';

interface KindWords {
  readonly kind: ExportKind;
  readonly name: () => string;
  /** What one does with it. */
  readonly use: () => string;
}

const kindWords: readonly KindWords[] = [
  {
    kind: 'csv',
    name: () => say('Results as CSV'),
    use: () => say('for spreadsheets: image, class, label, score, prediction, threshold, verdict, note'),
  },
  {
    kind: 'json',
    name: () => say('Results as JSON'),
    use: () => say('the same for programs'),
  },
  {
    kind: 'overlays',
    name: () => say('Overlays'),
    use: () => say('each image under its heat map, with the contour at the threshold'),
  },
  {
    kind: 'masks',
    name: () => say('Masks'),
    use: () => say('white where the map is at or above the threshold, as PNG'),
  },
  {
    kind: 'maps-png',
    name: () => say('Maps, 16-bit PNG'),
    use: () => say('one scale for all images, written into each file'),
  },
  {
    kind: 'maps-tiff',
    name: () => say('Maps, 32-bit TIFF'),
    use: () => say('values as the method made them'),
  },
  { kind: 'maps-npy', name: () => say('Maps, NPY'), use: () => say('the same for NumPy') },
];

interface WhatSectionProps {
  readonly form: ExportForm;
  readonly onChange: (change: Partial<ExportForm>) => void;
}

/** Kinds of files, the report, and what they look like. */
export function WhatSection({ form, onChange }: WhatSectionProps) {
  const { what, hasReport } = form;
  const has = (...kinds: readonly ExportKind[]) => kinds.some((kind) => what.includes(kind));
  const hasMaps = has('maps-png', 'maps-tiff', 'maps-npy');
  const hasPictures = has('overlays', 'masks');
  return (
    <section className={styles.section} aria-labelledby="export-what">
      <h2 id="export-what">{say('What')}</h2>
      <div className={styles.kinds} role="group" aria-labelledby="export-what">
        <CheckLine
          name={say('Report')}
          detail={say('a page to print or to keep as PDF: summary, thresholds, worst images, all verdicts')}
          checked={hasReport}
          onChange={(checked) => {
            onChange({ hasReport: checked });
          }}
        />
        {kindWords.map(({ kind, name, use }) => (
          <CheckLine
            key={kind}
            name={name()}
            detail={use()}
            checked={what.includes(kind)}
            onChange={(checked) => {
              onChange({ what: checked ? [...what, kind] : what.filter((one) => one !== kind) });
            }}
          />
        ))}
      </div>
      <div className={styles.fields}>
        {hasReport && (
          <LabelledSelect
            label={say('Images of each class in the report')}
            value={String(form.imagesPerClass)}
            options={['4', '8', '16', '32', '64'].map((value) => ({ value, name: value }))}
            onChange={(value) => {
              onChange({ imagesPerClass: Number(value) });
            }}
          />
        )}
        {(hasMaps || hasPictures) && (
          <LabelledSelect
            label={say('Size')}
            value={form.size ?? 'own'}
            options={[
              { value: 'own', name: say('Pictures full size, maps as made') },
              { value: 'rendering', name: say('All as large as the map') },
              { value: 'original', name: say('All as large as the image') },
            ]}
            onChange={(value) => {
              onChange({ size: value === 'rendering' || value === 'original' ? value : null });
            }}
          />
        )}
        {has('overlays') && (
          <LabelledSelect
            label={say('Overlays as')}
            value={form.isJpeg ? 'jpeg' : 'png'}
            options={[
              { value: 'jpeg', name: say('JPEG, small') },
              { value: 'png', name: say('PNG, exact') },
            ]}
            onChange={(value) => {
              onChange({ isJpeg: value === 'jpeg' });
            }}
          />
        )}
        {(hasMaps || hasPictures) && (
          <LabelledSelect
            label={say('Names')}
            value={form.hasMvtecNames ? 'mvtec' : 'suffixed'}
            options={[
              { value: 'suffixed', name: say('As the images, with what it is') },
              { value: 'mvtec', name: say('As MVTec’s evaluation expects') },
            ]}
            onChange={(value) => {
              onChange({ hasMvtecNames: value === 'mvtec' });
            }}
          />
        )}
      </div>
    </section>
  );
}
