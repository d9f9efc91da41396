import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import Tooltip from '@mui/material/Tooltip';
import { Blend, Contrast, Flame, Maximize, Shapes, Spline } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { colourMapNames, type ColourMapName } from '../../../src-shared/maps/colour-maps.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { releaseFocus } from '../../components/release-focus.ts';
import { TipButton } from '../../components/tip-button.tsx';
import { formatPercent } from '../../state/format.ts';
import { useKeyName } from '../../state/keys.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { say } from '../../texts/say.ts';
import { useViewportStore } from '../../state/viewport.ts';
import { placeImage } from '../../canvas/viewport.ts';
import styles from './overlay-strip.module.css';

const mapTitles: Readonly<Record<ColourMapName, string>> = {
  inferno: say('Inferno'),
  viridis: say('Viridis'),
  turbo: say('Turbo'),
  jet: say('Jet'),
  grey: say('Grey'),
};

interface OverlayStripProps {
  readonly hasMask: boolean;
  /** Blinded: what is laid over the image waits for a verdict. */
  readonly isHidden?: boolean;
  /** More buttons, of the view. */
  readonly children?: ReactNode;
  /** Behind the zoom. */
  readonly atEnd?: ReactNode;
}

/** Overlay controls on the viewer's edge; a threshold that is dragged leaves them alone, as long as `children` stay the same. */
export const OverlayStrip = memo(function OverlayStrip({
  hasMask,
  isHidden = false,
  children,
  atEnd,
}: OverlayStripProps) {
  const { overlay, change } = useOverlayStore();
  const keys = {
    heat: useKeyName('overlay.toggle'),
    cut: useKeyName('cutOff.toggle'),
    contour: useKeyName('contour.toggle'),
    truth: useKeyName('groundTruth.toggle'),
    invert: useKeyName('invert'),
  };
  return (
    <div className={styles.strip} role="toolbar" aria-label={say('Overlay')}>
      <TipButton
        icon={Flame}
        label={say('Heat map')}
        word={say('Heat')}
        shortcut={keys.heat}
        pressed={overlay.visible}
        onClick={() => {
          change({ visible: !overlay.visible });
        }}
      />
      <div className={styles.opacity}>
        <Slider
          aria-label={say('Opacity of the heat map')}
          value={Math.round(overlay.opacity * 100)}
          getAriaValueText={(value) => formatPercent(value / 100)}
          disabled={!overlay.visible}
          onChangeCommitted={releaseFocus}
          onChange={(_, value) => {
            change({ opacity: Number(value) / 100 });
          }}
        />
        <span className={styles.number}>{formatPercent(overlay.opacity)}</span>
      </div>
      <div className={styles.colours}>
        <LabelledSelect
          label={say('Colours')}
          value={overlay.colourMap}
          options={colourMapNames.map((name) => ({ value: name, name: mapTitles[name] }))}
          onChange={(chosen) => {
            const colourMap = colourMapNames.find((name) => name === chosen);
            if (colourMap) change({ colourMap });
          }}
        />
      </div>
      <TipButton
        icon={Blend}
        label={say('Heat only above the map threshold')}
        word={say('Cut')}
        shortcut={keys.cut}
        pressed={overlay.cutOff}
        onClick={() => {
          change({ cutOff: !overlay.cutOff });
        }}
      />
      <TipButton
        icon={Spline}
        label={say('Contour at the map threshold')}
        word={say('Contour')}
        shortcut={keys.contour}
        pressed={overlay.contour}
        onClick={() => {
          change({ contour: !overlay.contour });
        }}
      />
      <TipButton
        icon={Shapes}
        word={say('Truth')}
        label={
          hasMask
            ? say('Ground truth, hatched')
            : isHidden
              ? say('Ground truth: hidden until your verdict')
              : say('Ground truth: this image has no mask')
        }
        shortcut={keys.truth}
        pressed={overlay.groundTruth}
        onClick={() => {
          change({ groundTruth: !overlay.groundTruth });
        }}
      />
      <TipButton
        icon={Contrast}
        label={say('Invert the image')}
        word={say('Invert')}
        shortcut={keys.invert}
        pressed={overlay.invert}
        onClick={() => {
          change({ invert: !overlay.invert });
        }}
      />
      {children}
      <span className={styles.space} />
      <ZoomControls />
      {atEnd}
    </div>
  );
});

function ZoomControls() {
  const { viewport, image, view, fit, actual } = useViewportStore();
  // Of the screen's pixels, so that 100 % is one image pixel on one screen pixel.
  const scale = placeImage(viewport, image, view).scale * window.devicePixelRatio;
  const fitKey = useKeyName('zoom.fit');
  const actualKey = useKeyName('zoom.actual');
  return (
    <>
      <span className={styles.number}>{formatPercent(scale, scale < 0.1 ? 1 : 0)}</span>
      <TipButton icon={Maximize} label={say('Fit to the window')} shortcut={fitKey} onClick={fit} />
      <Tooltip title={say('{label} ({shortcut})', { label: say('Actual pixels'), shortcut: actualKey })}>
        <Button
          aria-label={say('Actual pixels')}
          aria-keyshortcuts={actualKey}
          onClick={actual}
          sx={{ minWidth: 0, padding: '4px 8px' }}
        >
          {'1:1'}
        </Button>
      </Tooltip>
    </>
  );
}
