import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import {
  dpamVariantSchema,
  type MethodInfo,
  type MethodSettings,
} from '../../../src-shared/domain/method.ts';
import { isSettingRead, type MethodSettingName } from '../../../src-shared/domain/method-settings.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { joinWords } from '../../state/format.ts';
import { parseLayers } from '../../state/parse-layers.ts';
import { ownSizesPx, whyNoReferences } from '../../state/run-plan.ts';
import { attentionNames } from '../../texts/names.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import styles from './start-view.module.css';

interface RunSettingsProps {
  readonly methods: readonly MethodInfo[];
  readonly model: Model;
  readonly dataset: Dataset;
  readonly settings: MethodSettings;
  readonly onChange: (settings: MethodSettings) => void;
}

const shotChoices = [0, 1, 2, 4, 8] as const;
const dpamNames = { vv: say('V-V (paper)'), ...attentionNames } as const;
const sizesPx = [224, 240, 256, 336, 384, 448, 518, 616, 700] as const;

/** The settings that matter to the methods that were chosen; what is left empty keeps each method's own value. */
export function RunSettings({ methods, model, dataset, settings, onChange }: RunSettingsProps) {
  const isRead = (name: MethodSettingName) => methods.some(({ id }) => isSettingRead(id, name));
  const noReferences = whyNoReferences(dataset);
  const { patchSize, layers: blockCount } = model.config.vision;
  const own = settings.imageSizePx;
  const sizes = [...new Set([...sizesPx, ...(own === undefined ? [] : [own])])]
    .filter((size) => size % patchSize === 0 || size === own)
    .sort((a, b) => a - b);
  const change = (field: Partial<MethodSettings>) => {
    const next = { ...settings, ...field };
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
  };
  const ownSizes = joinWords(ownSizesPx(methods, model).map(String));
  return (
    <>
      <div className={styles.fields}>
        <LabelledSelect
          label={say('Image size')}
          value={String(own ?? '')}
          options={[
            { value: '', name: say('As the method ({sizes} px)', { sizes: ownSizes }) },
            ...sizes.map((size) => ({ value: String(size), name: say('{size} px', { size }) })),
          ]}
          onChange={(chosen) => {
            change({ imageSizePx: chosen === '' ? undefined : Number(chosen) });
          }}
        />
        {isRead('shots') && (
          <LabelledSelect
            label={say('References for WinCLIP')}
            value={String(settings.shots ?? 0)}
            disabled={noReferences !== null}
            options={[...new Set([...shotChoices, settings.shots ?? 0])].map((shots) => ({
              value: String(shots),
              name: shots === 0 ? say('None') : say('{shots} good of each class', { shots }),
            }))}
            onChange={(chosen) => {
              change({ shots: chosen === '0' ? undefined : Number(chosen) });
            }}
          />
        )}
      </div>
      {isRead('shots') && noReferences !== null && (
        <p className={styles.quiet}>
          {say('WinCLIP compares without references here. {why}', { why: noReferences })}
        </p>
      )}
      {isRead('dpam') && (
        <details className={`${page.folded} ${styles.more}`}>
          <summary>{say('More')}</summary>
          <div className={styles.fields}>
            <LabelledSelect
              label={say('Attention of the map (DPAM)')}
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
    </>
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
      label={say('Layers of the map')}
      placeholder={say('as the method')}
      value={text}
      error={isWrong}
      onChange={(event) => {
        setText(event.target.value);
        const layers = parseLayers(event.target.value, blockCount);
        onChange({ layers: layers === null || layers.length === 0 ? undefined : layers });
      }}
      helperText={
        isWrong
          ? say(
              'Only blocks 1 to {blockCount} exist; until this is mended the method’s own layers are used.',
              { blockCount },
            )
          : say('Blocks 1 to {blockCount}, separated by commas: «6, 12, 18, 24».', { blockCount })
      }
      slotProps={{ inputLabel: { shrink: true } }}
      sx={{ maxWidth: 320 }}
    />
  );
}
