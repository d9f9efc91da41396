import TextField from '@mui/material/TextField';
import { useState } from 'react';
import {
  dpamVariantSchema,
  type MethodInfo,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { isSettingRead, type MethodSettingName } from '../../../src-shared/domain/method-settings.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { parseLayers } from '../../state/parse-layers.ts';
import { ownSizesPx, whyNoReferences } from '../../state/run-plan.ts';
import { WrittenSentences } from './written-sentences.tsx';
import styles from './start-view.module.css';

interface RunSettingsProps {
  readonly methods: readonly MethodInfo[];
  readonly model: Model | null;
  readonly dataset: Dataset;
  readonly settings: MethodSettings;
  readonly onChange: (settings: MethodSettings) => void;
}

const shotChoices = [0, 1, 2, 4, 8] as const;
const dpamNames = { vv: 'V-V (paper)', qq: 'Q-Q', kk: 'K-K' } as const;
const sizesPx = [224, 240, 256, 336, 384, 448, 518, 616, 700] as const;

/** The settings that matter to the methods that were chosen; what is left empty keeps each method's own value. */
export function RunSettings({ methods, model, dataset, settings, onChange }: RunSettingsProps) {
  if (model === null || !methods.some(({ needsModel }) => needsModel)) return null;
  const isRead = (name: MethodSettingName) => methods.some(({ id }) => isSettingRead(id, name));
  const noReferences = whyNoReferences(dataset);
  const { patchSize, layers: blockCount } = model.config.vision;
  const sizes = sizesPx.filter((size) => size % patchSize === 0);
  const change = (field: Partial<MethodSettings>) => {
    const next = { ...settings, ...field };
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
  };
  return (
    <section className={styles.section}>
      <h2>Settings</h2>
      <div className={styles.fields}>
        {isRead('objectName') && (
          <TextField
            label="Object name"
            placeholder="the class name"
            value={settings.objectName ?? ''}
            onChange={(event) => {
              change({ objectName: event.target.value === '' ? undefined : event.target.value });
            }}
            helperText="Stands in the sentences in place of the class name: «hazelnut», «metal nut»."
            slotProps={{ htmlInput: { maxLength: 200 }, inputLabel: { shrink: true } }}
            sx={{ maxWidth: 560 }}
          />
        )}
        <LabelledSelect
          label="Image size"
          value={String(settings.imageSizePx ?? '')}
          options={[
            {
              value: '',
              name: `As the method (${ownSizesPx(methods, model).join(' or ')} px)`,
            },
            ...sizes.map((size) => ({ value: String(size), name: `${size} px` })),
          ]}
          onChange={(chosen) => {
            change({ imageSizePx: chosen === '' ? undefined : Number(chosen) });
          }}
        />
        {isRead('shots') && (
          <LabelledSelect
            label="References for WinCLIP"
            value={String(settings.shots ?? 0)}
            disabled={noReferences !== null}
            options={shotChoices.map((shots) => ({
              value: String(shots),
              name: shots === 0 ? 'None' : `${shots} good of each class`,
            }))}
            onChange={(chosen) => {
              change({ shots: chosen === '0' ? undefined : Number(chosen) });
            }}
          />
        )}
      </div>
      {isRead('shots') && noReferences !== null && (
        <p className={styles.quiet}>WinCLIP compares without references here. {noReferences}</p>
      )}
      <WrittenSentences methods={methods} dataset={dataset} settings={settings} />
      {isRead('dpam') && (
        <details className={styles.more}>
          <summary>More</summary>
          <div className={styles.fields}>
            <LabelledSelect
              label="Attention of the map (DPAM)"
              value={settings.dpam ?? 'vv'}
              options={dpamVariantSchema.options.map((variant) => ({
                value: variant,
                name: dpamNames[variant],
              }))}
              onChange={(chosen) => {
                change({ dpam: dpamVariantSchema.parse(chosen) });
              }}
            />
            {isRead('layers') && (
              <LayersField blockCount={blockCount} settings={settings} onChange={change} />
            )}
          </div>
        </details>
      )}
    </section>
  );
}

interface LayersFieldProps {
  readonly blockCount: number;
  readonly settings: MethodSettings;
  readonly onChange: (change: Partial<MethodSettings>) => void;
}

function LayersField({ blockCount, settings, onChange }: LayersFieldProps) {
  const [text, setText] = useState(settings.layers?.join(', ') ?? '');
  const isWrong = parseLayers(text, blockCount) === null;
  return (
    <TextField
      label="Layers of the map"
      placeholder="as the method"
      value={text}
      error={isWrong}
      onChange={(event) => {
        setText(event.target.value);
        const layers = parseLayers(event.target.value, blockCount);
        onChange({ layers: layers === null || layers.length === 0 ? undefined : layers });
      }}
      helperText={
        isWrong
          ? `Only blocks 1 to ${blockCount} exist; until this is mended the method's own layers are used.`
          : `Blocks 1 to ${blockCount}, separated by commas: «6, 12, 18, 24».`
      }
      slotProps={{ inputLabel: { shrink: true } }}
      sx={{ maxWidth: 320 }}
    />
  );
}
