import TextField from '@mui/material/TextField';
import { useState } from 'react';
import {
  dpamVariantSchema,
  type MethodInfo,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import { defaultImageSizePx, methodImageSizePx } from '../../../src-shared/domain/image-size.ts';
import { isSettingRead } from '../../../src-shared/domain/method-settings.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { parseLayers } from '../../state/parse-layers.ts';
import styles from './start-view.module.css';

interface RunSettingsProps {
  readonly method: MethodInfo;
  readonly model: Model | null;
  readonly settings: MethodSettings;
  readonly onChange: (settings: MethodSettings) => void;
}

const dpamNames = { vv: 'V-V (paper)', qq: 'Q-Q', kk: 'K-K' } as const;
const sizesPx = [224, 240, 256, 336, 384, 448, 518, 616, 700] as const;

/** The settings that matter of a method that has any; what is left empty keeps the method's own value. */
export function RunSettings({ method, model, settings, onChange }: RunSettingsProps) {
  if (!method.needsModel || model === null) return null;
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
        {isSettingRead(method.id, 'objectName') && (
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
              name: `As the method (${methodImageSizePx(method.id, model.config) ?? defaultImageSizePx(model.config)} px)`,
            },
            ...sizes.map((size) => ({ value: String(size), name: `${size} px` })),
          ]}
          onChange={(chosen) => {
            change({ imageSizePx: chosen === '' ? undefined : Number(chosen) });
          }}
        />
      </div>
      {isSettingRead(method.id, 'dpam') && (
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
            {isSettingRead(method.id, 'layers') && (
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
