import Slider from '@mui/material/Slider';
import { Image } from 'lucide-react';
import { tileHeights, useGallerySettings } from '../../state/gallery-settings.ts';
import { say } from '../../texts/say.ts';
import styles from './images-view.module.css';

/** How large thumbnails are; what is in view stays in view. */
export function TileSizeSlider() {
  const tileHeightPx = useGallerySettings((state) => state.settings.tileHeightPx);
  const change = useGallerySettings((state) => state.change);
  return (
    <div className={styles.tileSize}>
      <Image size={12} aria-hidden />
      <Slider
        size="small"
        aria-label={say('Size of the thumbnails')}
        getAriaValueText={(value) => say('{value} pixels high', { value })}
        min={tileHeights.smallest}
        max={tileHeights.largest}
        step={tileHeights.step}
        value={tileHeightPx}
        onChange={(_, value) => {
          if (typeof value === 'number') change({ tileHeightPx: value });
        }}
      />
      <Image size={18} aria-hidden />
    </div>
  );
}
