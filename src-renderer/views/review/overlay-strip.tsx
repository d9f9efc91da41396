import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import Tooltip from '@mui/material/Tooltip';
import { Blend, Contrast, Flame, Maximize, Shapes, Spline } from 'lucide-react';
import type { ReactNode } from 'react';
import { colourMapNames, type ColourMapName } from '../../../src-shared/maps/colour-maps.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { releaseFocus } from '../../components/release-focus.ts';
import { TipButton } from '../../components/tip-button.tsx';
import { formatPercent } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useViewportStore } from '../../state/viewport.ts';
import { placeImage } from '../../canvas/viewport.ts';
import styles from './overlay-strip.module.css';

const mapTitles: Readonly<Record<ColourMapName, string>> = {
  inferno: 'Inferno',
  viridis: 'Viridis',
  turbo: 'Turbo',
  jet: 'Jet',
  grey: 'Grey',
};

interface OverlayStripProps {
  readonly hasMask: boolean;
  /** Blinded: what is laid over the image waits for a verdict. */
  readonly isHidden?: boolean;
  /** More buttons, of the view. */
  readonly children?: ReactNode;
}

/** Overlay controls on the viewer's edge. */
export function OverlayStrip({ hasMask, isHidden = false, children }: OverlayStripProps) {
  const { overlay, change } = useOverlayStore();
  return (
    <div className={styles.strip} role="toolbar" aria-label="Overlay">
      <TipButton
        icon={Flame}
        label="Heat map"
        word="Heat"
        shortcut="O"
        pressed={overlay.visible}
        onClick={() => {
          change({ visible: !overlay.visible });
        }}
      />
      <div className={styles.opacity}>
        <Slider
          aria-label="Opacity of the heat map"
          value={Math.round(overlay.opacity * 100)}
          getAriaValueText={(value) => `${value} %`}
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
          label="Colours"
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
        label="Heat only above the map threshold"
        word="Cut"
        shortcut="X"
        pressed={overlay.cutOff}
        onClick={() => {
          change({ cutOff: !overlay.cutOff });
        }}
      />
      <TipButton
        icon={Spline}
        label="Contour at the map threshold"
        word="Contour"
        shortcut="C"
        pressed={overlay.contour}
        onClick={() => {
          change({ contour: !overlay.contour });
        }}
      />
      <TipButton
        icon={Shapes}
        word="Truth"
        label={
          hasMask
            ? 'Ground truth, hatched'
            : isHidden
              ? 'Ground truth: hidden until your verdict'
              : 'Ground truth: this image has no mask'
        }
        shortcut="G"
        pressed={overlay.groundTruth}
        onClick={() => {
          change({ groundTruth: !overlay.groundTruth });
        }}
      />
      <TipButton
        icon={Contrast}
        label="Invert the image"
        word="Invert"
        shortcut="I"
        pressed={overlay.invert}
        onClick={() => {
          change({ invert: !overlay.invert });
        }}
      />
      {children}
      <span className={styles.space} />
      <ZoomControls />
    </div>
  );
}

function ZoomControls() {
  const { viewport, image, view, fit, actual } = useViewportStore();
  // Of the screen's pixels, so that 100 % is one image pixel on one screen pixel.
  const scale = placeImage(viewport, image, view).scale * window.devicePixelRatio;
  return (
    <>
      <span className={styles.number}>{formatPercent(scale, scale < 0.1 ? 1 : 0)}</span>
      <TipButton icon={Maximize} label="Fit to the window" shortcut="0" onClick={fit} />
      <Tooltip title="Actual pixels (1)">
        <Button
          aria-label="Actual pixels"
          aria-keyshortcuts="1"
          onClick={actual}
          sx={{ minWidth: 0, padding: '4px 8px' }}
        >
          1:1
        </Button>
      </Tooltip>
    </>
  );
}
