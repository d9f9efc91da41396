import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import {
  imagesInForce,
  type ExportedImages,
  type ExportFilters,
  type ExportForm,
} from '../../state/export-form.ts';
import { say } from '../../texts/say.ts';
import styles from './export-view.module.css';

interface ImagesSectionProps {
  readonly form: ExportForm;
  /** Null: all classes. */
  readonly className: string | null;
  /** Of the class, or of the set. */
  readonly totalCount: number;
  readonly filters: ExportFilters;
  /** What Review is filtered by, in words. */
  readonly reviewWords: string;
  /** Blinded: no choice is offered that goes by what the runs say. */
  readonly isClosed: boolean;
  readonly onChange: (change: Partial<ExportForm>) => void;
}

/** Which images are written; the report is of all of them whatever is chosen. */
export function ImagesSection(props: ImagesSectionProps) {
  const { form, className, totalCount, filters, reviewWords, isClosed, onChange } = props;
  const choices: readonly { readonly value: ExportedImages; readonly label: string }[] = [
    {
      value: 'all',
      label:
        className === null
          ? say('All {count, plural, one {# image} other {# images}}', { count: totalCount })
          : say('All {count, plural, one {# image} other {# images}} of {className}', {
              count: totalCount,
              className,
            }),
    },
    ...(filters.filtered === null
      ? []
      : [
          {
            value: 'filtered' as const,
            label: say(
              'The {count, plural, one {# image} other {# images}} that Images shows by its filter',
              {
                count: filters.filtered.ids.length,
              },
            ),
          },
        ]),
    ...(filters.reviewed === null
      ? []
      : [
          {
            value: 'reviewed' as const,
            label: say(
              'The {count, plural, one {# scored image} other {# scored images}} that Review shows by its filter: {filter}',
              { count: filters.reviewed.ids.length, filter: reviewWords },
            ),
          },
        ]),
    ...(isClosed
      ? []
      : [
          {
            value: 'predicted-defect' as const,
            label: say('Those predicted defect: at or above the threshold'),
          },
        ]),
    { value: 'with-verdict', label: say('Those with a verdict') },
  ];
  return (
    <section className={styles.section} aria-labelledby="export-images">
      <h2 id="export-images">{say('Which images')}</h2>
      <RadioGroup
        aria-labelledby="export-images"
        value={imagesInForce(form, filters, isClosed)}
        onChange={(_, value) => {
          const choice = choices.find((one) => one.value === value);
          if (choice) onChange({ images: choice.value });
        }}
      >
        {choices.map(({ value, label }) => (
          <FormControlLabel
            key={value}
            value={value}
            control={<Radio size="small" />}
            label={label}
            sx={{ marginLeft: '-6px' }}
          />
        ))}
      </RadioGroup>
      {form.hasReport && (
        <p className={styles.quiet}>
          {say('The report is of the whole batch, whichever images are chosen.')}
        </p>
      )}
    </section>
  );
}
