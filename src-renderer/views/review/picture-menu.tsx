import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import Slider from '@mui/material/Slider';
import { ScanEye, SlidersHorizontal } from 'lucide-react';
import { useId, useState } from 'react';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { releaseFocus } from '../../components/release-focus.ts';
import { TipButton } from '../../components/tip-button.tsx';
import { formatPercent } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import {
  narrowestWindow,
  smoothings,
  useOverlayStore,
  wholeRange,
  type Smoothing,
} from '../../state/overlay.ts';
import styles from './picture-menu.module.css';

const smoothingNames: Readonly<Record<Smoothing, string>> = {
  auto: 'Squares when enlarged',
  smooth: 'Always blended',
  pixels: 'Always squares',
};

const steps = 1000;

/** What is shown of the picture itself: the model's square, window, level, smoothing. */
export function PictureTools() {
  const { overlay, change } = useOverlayStore();
  const modelKey = useKeyName('modelView.toggle');
  return (
    <>
      <TipButton
        icon={ScanEye}
        label="As the model saw it"
        word="Model"
        shortcut={modelKey}
        pressed={overlay.modelView}
        onClick={() => {
          change({ modelView: !overlay.modelView });
        }}
      />
      <PictureMenu />
    </>
  );
}

/** Window and level of the picture, and how pixels and heat are drawn. */
function PictureMenu() {
  const { overlay, change } = useOverlayStore();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const titleId = useId();
  const resetKey = useKeyName('levels.reset');
  const isWhole = overlay.window === wholeRange.window && overlay.level === wholeRange.level;
  return (
    <>
      <TipButton
        icon={SlidersHorizontal}
        label="Window, level and smoothing"
        word="Levels"
        pressed={!isWhole}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      />
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{ paper: { role: 'dialog', 'aria-labelledby': titleId } }}
        onClose={() => {
          setAnchor(null);
        }}
      >
        <div className={styles.menu}>
          <h2 id={titleId}>Picture</h2>
          <Level
            name="Window"
            value={overlay.window}
            onChange={(window) => {
              change({ window: Math.max(narrowestWindow, window) });
            }}
          />
          <Level
            name="Level"
            value={overlay.level}
            onChange={(level) => {
              change({ level });
            }}
          />
          <p className={styles.quiet}>
            Of all grey values the file can hold; 16-bit images are read whole. In the viewer, drag with the
            right button: across for the window, up and down for the level.
          </p>
          <div>
            <Button
              variant="outlined"
              disabled={isWhole}
              aria-keyshortcuts={resetKey}
              onClick={() => {
                change(wholeRange);
              }}
            >
              Show all grey values{resetKey === '' ? '' : ` (${resetKey})`}
            </Button>
          </div>
          <LabelledSelect
            label="Pixels"
            value={overlay.smoothing}
            options={smoothings.map((value) => ({ value, name: smoothingNames[value] }))}
            onChange={(chosen) => {
              const smoothing = smoothings.find((value) => value === chosen);
              if (smoothing) change({ smoothing });
            }}
          />
          <LabelledSelect
            label="Heat"
            value={overlay.patches ? 'patches' : 'method'}
            options={[
              { value: 'method', name: 'Smoothed as the method does' },
              { value: 'patches', name: 'Single patches' },
            ]}
            onChange={(chosen) => {
              change({ patches: chosen === 'patches' });
            }}
          />
        </div>
      </Popover>
    </>
  );
}

interface LevelProps {
  readonly name: string;
  /** 0-1. */
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Level({ name, value, onChange }: LevelProps) {
  return (
    <div className={styles.row}>
      <span className={styles.name}>{name}</span>
      <Slider
        aria-label={name}
        min={0}
        max={steps}
        value={Math.round(value * steps)}
        getAriaValueText={() => formatPercent(value, 1)}
        onChangeCommitted={releaseFocus}
        onChange={(_, position) => {
          onChange(Number(position) / steps);
        }}
      />
      <span className={styles.number}>{formatPercent(value, 1)}</span>
    </div>
  );
}
