import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import Slider from '@mui/material/Slider';
import { Columns2, ListPlus, MessageSquareText, ScanEye, SlidersHorizontal } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { histogramOfPicture, histogramOfSamples, type GreyHistogram } from '../../canvas/levels.ts';
import type { DecodedImage } from '../../canvas/load-image.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { releaseFocus } from '../../components/release-focus.ts';
import { TipButton } from '../../components/tip-button.tsx';
import { useAddressStore } from '../../state/address.ts';
import { formatCount } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import {
  narrowestWindow,
  smoothings,
  useOverlayStore,
  wholeRange,
  type Smoothing,
} from '../../state/overlay.ts';
import { say } from '../../texts/say.ts';
import { levelPresets } from './level-presets.ts';
import styles from './picture-menu.module.css';
import { useWideSamples } from './use-picture.ts';

const smoothingNames: Readonly<Record<Smoothing, string>> = {
  auto: say('Squares when enlarged'),
  smooth: say('Always blended'),
  pixels: say('Always squares'),
};

interface PictureToolsProps {
  readonly imageId: number;
  readonly path: string | null;
  readonly picture: DecodedImage | undefined;
}

/** What is shown of the picture itself: the model's square, read-out, window, level, smoothing. */
export function PictureTools(props: PictureToolsProps) {
  const { overlay, change } = useOverlayStore();
  const modelKey = useKeyName('modelView.toggle');
  const besideKey = useKeyName('modelView.beside');
  const readKey = useKeyName('readOut.allRuns');
  return (
    <>
      <TipButton
        icon={ScanEye}
        label={say('As the model saw it')}
        word={say('Model')}
        shortcut={modelKey}
        pressed={overlay.modelView}
        onClick={() => {
          change({ modelView: !overlay.modelView });
        }}
      />
      <TipButton
        icon={Columns2}
        label={say('What the model saw beside the image')}
        shortcut={besideKey}
        pressed={overlay.modelBeside}
        onClick={() => {
          change({ modelBeside: !overlay.modelBeside });
        }}
      />
      <TipButton
        icon={ListPlus}
        label={say('Read-out of every run under the pointer')}
        shortcut={readKey}
        pressed={overlay.readsAllRuns}
        onClick={() => {
          change({ readsAllRuns: !overlay.readsAllRuns });
        }}
      />
      <PictureMenu {...props} />
    </>
  );
}

/** Window and level of the picture, and how pixels and heat are drawn. */
function PictureMenu(props: PictureToolsProps) {
  const { overlay } = useOverlayStore();
  const go = useAddressStore((state) => state.go);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const titleId = useId();
  const isWhole = overlay.window === wholeRange.window && overlay.level === wholeRange.level;
  return (
    <>
      <TipButton
        icon={SlidersHorizontal}
        label={say('Window, level and smoothing')}
        word={say('Levels')}
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
          <h2 id={titleId}>{say('Picture')}</h2>
          <LevelControls {...props} />
          <DrawingControls />
          <div>
            <Button
              variant="outlined"
              startIcon={<MessageSquareText size={16} aria-hidden />}
              onClick={() => {
                go({ view: 'prompts', imageId: props.imageId });
              }}
            >
              {say('Try prompts on this image')}
            </Button>
          </div>
        </div>
      </Popover>
    </>
  );
}

/** How often each grey value occurs in the shown image; null while that is not known. */
function useGreyHistogram({ imageId, path, picture }: PictureToolsProps): GreyHistogram | null {
  const { value: samples } = useWideSamples(imageId, path, true);
  return useMemo(() => {
    if (samples === undefined) return null;
    if (samples !== 'narrow') return histogramOfSamples(samples);
    return picture ? histogramOfPicture(picture) : null;
  }, [samples, picture]);
}

const own = 'chosen-here';

function LevelControls(props: PictureToolsProps) {
  const { overlay, change } = useOverlayStore();
  const histogram = useGreyHistogram(props);
  const resetKey = useKeyName('levels.reset');
  const ownKey = useKeyName('levels.own');
  const max = histogram?.max ?? 255;
  const presets = levelPresets(histogram);
  const chosen = presets.find(
    ({ levels }) => levels.window === overlay.window && levels.level === overlay.level,
  );
  const low = Math.round((overlay.level - overlay.window / 2) * max);
  const high = Math.round((overlay.level + overlay.window / 2) * max);
  return (
    <>
      <LabelledSelect
        label={say('Show')}
        value={chosen?.id ?? own}
        options={[
          ...presets.map(({ id, name }) => ({ value: id, name })),
          ...(chosen ? [] : [{ value: own, name: say('Chosen by hand') }]),
        ]}
        onChange={(id) => {
          const preset = presets.find((each) => each.id === id);
          if (preset) change(preset.levels);
        }}
      />
      <Level
        name={say('Window')}
        value={overlay.window}
        max={max}
        onChange={(window) => {
          change({ window: Math.max(narrowestWindow, window) });
        }}
      />
      <Level
        name={say('Level')}
        value={overlay.level}
        max={max}
        onChange={(level) => {
          change({ level });
        }}
      />
      <p className={styles.quiet} data-testid="levels-range">
        {max > 255
          ? say(
              'Black at {low}, white at {high}, of 65,536 grey values. Drag on the image with the right button: across for the window, up and down for the level.',
              { low: formatCount(low), high: formatCount(high) },
            )
          : say(
              'Black at {low}, white at {high}, of 256 grey values. Drag on the image with the right button: across for the window, up and down for the level.',
              { low: formatCount(low), high: formatCount(high) },
            )}
      </p>
      {(resetKey !== '' || ownKey !== '') && (
        <p className={styles.quiet}>
          {say('Keys: {resetKey} shows all grey values, {ownKey} those of this image.', { resetKey, ownKey })}
        </p>
      )}
      <div>
        <Button
          variant="outlined"
          disabled={chosen?.id === 'all'}
          aria-keyshortcuts={resetKey}
          onClick={() => {
            change(wholeRange);
          }}
        >
          {say('Show all grey values')}
        </Button>
      </div>
    </>
  );
}

function DrawingControls() {
  const { overlay, change } = useOverlayStore();
  return (
    <>
      <LabelledSelect
        label={say('Pixels')}
        value={overlay.smoothing}
        options={smoothings.map((value) => ({ value, name: smoothingNames[value] }))}
        onChange={(chosen) => {
          const smoothing = smoothings.find((value) => value === chosen);
          if (smoothing) change({ smoothing });
        }}
      />
      <LabelledSelect
        label={say('Heat')}
        value={overlay.patches ? 'patches' : 'method'}
        options={[
          { value: 'method', name: say('Smoothed as the method does') },
          { value: 'patches', name: say('Single patches') },
        ]}
        onChange={(chosen) => {
          change({ patches: chosen === 'patches' });
        }}
      />
    </>
  );
}

const sliderSteps = 1000;

interface LevelProps {
  readonly name: string;
  /** 0-1. */
  readonly value: number;
  /** The greatest grey value of the image: what is shown and typed is in its units. */
  readonly max: number;
  readonly onChange: (value: number) => void;
}

function Level({ name, value, max, onChange }: LevelProps) {
  const shown = Math.round(value * max);
  // What 16 bits hold often lies at their dark end, where a straight slider would have no room.
  const bend = max > 255 ? 3 : 1;
  return (
    <div className={styles.row}>
      <span className={styles.name}>{name}</span>
      <Slider
        aria-label={name}
        min={0}
        max={sliderSteps}
        value={Math.round(sliderSteps * value ** (1 / bend))}
        getAriaValueText={() => formatCount(shown)}
        onChangeCommitted={releaseFocus}
        onChange={(_, position) => {
          onChange((Number(position) / sliderSteps) ** bend);
        }}
      />
      <input
        className={styles.number}
        type="number"
        aria-label={say('{name} in grey values', { name })}
        min={0}
        max={max}
        value={shown}
        onChange={(event) => {
          const typed = event.target.valueAsNumber;
          if (Number.isFinite(typed)) onChange(Math.min(1, Math.max(0, typed / max)));
        }}
      />
    </div>
  );
}
