import { useState } from 'react';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import {
  datasetLayoutSchema,
  type DatasetLayout,
  type ImportPreview,
  type LayoutOptions,
} from '../../../src-shared/domain/dataset.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useAddress } from '../../state/address.ts';
import { layoutWords, readsTable } from '../../state/layout-words.ts';
import { say } from '../../texts/say.ts';
import styles from './layout-choice.module.css';

interface LayoutChoiceProps {
  readonly preview: ImportPreview;
  readonly options: LayoutOptions;
  readonly onLayout: (layout: DatasetLayout) => void;
  readonly onOptions: (options: LayoutOptions) => void;
}

/** How the folder was read, and what can be chosen of it. */
export function LayoutChoice({ preview, options, onLayout, onOptions }: LayoutChoiceProps) {
  const { layout, tables } = preview;
  const isRecognised = useAddress('layout').layout === null && layout !== 'folder';
  const table = preview.layoutOptions?.table ?? '';
  return (
    <div className={styles.choice}>
      <div className={styles.selects}>
        <LabelledSelect
          label={say('Read as')}
          value={layout}
          options={datasetLayoutSchema.options.map((value) => ({ value, name: layoutWords[value].name }))}
          onChange={(chosen) => {
            const parsed = datasetLayoutSchema.safeParse(chosen);
            if (parsed.success) onLayout(parsed.data);
          }}
        />
        {readsTable(layout) && (tables.length > 1 || table !== '') && (
          <LabelledSelect
            label={say('Table')}
            value={table}
            options={[
              { value: '', name: say('The usual one') },
              ...tables.map((each) => ({ value: each, name: each })),
            ]}
            onChange={(chosen) => {
              const { table: _, ...others } = options;
              onOptions(chosen === '' ? others : { ...others, table: chosen });
            }}
          />
        )}
        {layout === 'sdd' && (
          <LabelledSelect
            label={say('Pictures')}
            value={preview.layoutOptions?.sddHalves === false ? 'whole' : 'halves'}
            options={[
              { value: 'halves', name: say('Cut into top and bottom half') },
              { value: 'whole', name: say('Whole') },
            ]}
            onChange={(chosen) => {
              onOptions({ ...options, sddHalves: chosen === 'halves' });
            }}
          />
        )}
        {layout === 'elpv' && (
          <CutChoice
            key={preview.layoutOptions?.elpvCut}
            cut={preview.layoutOptions?.elpvCut ?? usualCut}
            onCut={(elpvCut) => {
              onOptions({ ...options, elpvCut });
            }}
          />
        )}
      </div>
      <p className={styles.explained}>
        {isRecognised && <>{say('Recognised by what lies in it.')} </>}
        {layoutWords[layout].explained}
        {layout === 'sdd' && <> {say('The papers cut each picture in two.')}</>}
        {layout === 'elpv' && (
          <>
            {' '}
            {say(
              'A cell whose defect probability reaches the cut is anomalous; the papers leave the cut open.',
            )}
          </>
        )}
      </p>
    </div>
  );
}

const usualCut = 0.5;

/** ELPV has the probabilities 0, 1/3, 2/3 and 1, so three cuts differ; other tables may have others. */
const usualCuts = [
  { value: '0.33', name: say('from 1/3') },
  { value: '0.5', name: say('from 2/3') },
  { value: '1', name: say('only 1') },
] as const;

function CutChoice({ cut, onCut }: { readonly cut: number; readonly onCut: (cut: number) => void }) {
  const known = usualCuts.find(({ value }) => Number(value) === cut);
  const [typed, setTyped] = useState(String(cut));
  const [own, setOwn] = useState(known === undefined);
  const parsed = Number(typed);
  const isCut = parsed > 0 && parsed <= 1;
  return (
    <>
      <LabelledSelect
        label={say('Anomalous')}
        value={own ? 'own' : (known?.value ?? 'own')}
        options={[...usualCuts, { value: 'own', name: say('from another probability') }]}
        onChange={(chosen) => {
          if (chosen === 'own') setOwn(true);
          else {
            setOwn(false);
            onCut(Number(chosen));
          }
        }}
      />
      {own && (
        <form
          className={styles.cut}
          onSubmit={(event) => {
            event.preventDefault();
            if (isCut) onCut(parsed);
          }}
        >
          <TextField
            label={say('Probability')}
            value={typed}
            error={!isCut}
            helperText={isCut ? undefined : say('Above 0, at most 1')}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
            slotProps={{ htmlInput: { inputMode: 'decimal' } }}
            sx={{ width: 120 }}
          />
          <Button type="submit" variant="outlined" disabled={!isCut || parsed === cut}>
            {say('Use it')}
          </Button>
        </form>
      )}
    </>
  );
}
