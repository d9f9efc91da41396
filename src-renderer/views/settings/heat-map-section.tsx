import Slider from '@mui/material/Slider';
import { colourMapNames } from '../../../src-shared/maps/colour-maps.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { formatPercent } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { say } from '../../texts/say.ts';
import styles from './settings-view.module.css';

/** How heat maps look until they are changed beside an image. */
export function HeatMapSection() {
  const colourMap = useOverlayStore(({ overlay }) => overlay.colourMap);
  const opacity = useOverlayStore(({ overlay }) => overlay.opacity);
  const change = useOverlayStore((state) => state.change);
  return (
    <section className={styles.section} aria-labelledby="heat-maps-title">
      <h2 id="heat-maps-title">{say('Heat maps')}</h2>
      <div className={styles.actions}>
        <LabelledSelect
          label={say('Colours')}
          value={colourMap}
          // Names of colour maps are names.
          options={colourMapNames.map((name) => ({ value: name, name: capitalised(name) }))}
          onChange={(chosen) => {
            const name = colourMapNames.find((each) => each === chosen);
            if (name !== undefined) change({ colourMap: name });
          }}
        />
        <span id="opacity-label">{say('Opacity')}</span>
        <Slider
          aria-labelledby="opacity-label"
          size="small"
          min={0}
          max={1}
          step={0.05}
          value={opacity}
          valueLabelDisplay="off"
          getAriaValueText={(value) => formatPercent(value)}
          onChange={(_, value) => {
            if (typeof value === 'number') change({ opacity: value });
          }}
          sx={{ width: 160 }}
        />
        <span className={styles.number}>{formatPercent(opacity)}</span>
      </div>
    </section>
  );
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
