import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import { memo, useDeferredValue, useEffect, useMemo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { cssColour, type ColourMapName } from '../../../src-shared/maps/colour-maps.ts';
import { findRegions, type Region } from '../../../src-shared/maps/regions.ts';
import { pixelMapResource } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Size } from '../../canvas/viewport.ts';
import { releaseFocus } from '../../components/release-focus.ts';
import { positionOn } from '../../components/score-bar.tsx';
import { formatCount, formatNoun, formatPercent, formatScore } from '../../state/format.ts';
import { describeMapProposal, type MapProposal } from '../../state/map-threshold.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useRegionStore } from '../../state/regions.ts';
import type { ChosenThresholds } from '../../state/thresholds.ts';
import { useViewportStore } from '../../state/viewport.ts';
import styles from './review-panel.module.css';

interface MapSectionProps {
  readonly imageId: number;
  readonly run: Run;
  readonly isScored: boolean;
  /** The map threshold in force; null while it is worked out. */
  readonly value: number | null;
  readonly proposal: MapProposal | undefined;
  readonly isChosen: boolean;
  readonly onChange: (change: Pick<ChosenThresholds, 'map'>) => void;
}

const steps = 1000;
/** Nobody reads more; a low threshold finds thousands. */
const mostListed = 50;
/** Smaller regions than this share of the map are noise of the upsampling, not findings. */
const smallestShare = 0.0002;

/** The colour bar with the map threshold on it, and the regions that reach it. */
export const MapSection = memo(function MapSection({
  imageId,
  run,
  isScored,
  value,
  proposal,
  isChosen,
  onChange,
}: MapSectionProps) {
  const row = useImage(imageId, run.id).data;
  const colourMap = useOverlayStore((state) => state.overlay.colourMap);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null).value;
  // The list may lag behind a handle that is being dragged; handle and contour may not.
  const listedValue = useDeferredValue(value);
  const regions = useMemo(
    () =>
      map && listedValue !== null
        ? findRegions(map.data, map.sizePx, map.sizePx, {
            threshold: listedValue,
            minAreaPx: Math.max(1, Math.round(smallestShare * map.data.length)),
          }).regions
        : null,
    [map, listedValue],
  );
  if (!run.scale || value === null) return null;
  const { mapMin, mapMax } = run.scale;
  const span = mapMax - mapMin;
  return (
    <section className={styles.section} aria-label="Map">
      <h2>Map</h2>
      <div>
        <Slider
          aria-label="Map threshold"
          track={false}
          min={0}
          max={steps}
          value={Math.round(positionOn(value, mapMin, mapMax) * steps)}
          getAriaValueText={() => formatScore(value, span)}
          onChangeCommitted={releaseFocus}
          onChange={(_, position) => {
            onChange({ map: mapMin + (Number(position) / steps) * span });
          }}
          sx={{
            display: 'block',
            '& .MuiSlider-rail': {
              height: 12,
              borderRadius: '2px',
              background: `linear-gradient(to right, ${gradientStops(colourMap)})`,
            },
            '& .MuiSlider-thumb': {
              width: 6,
              height: 24,
              borderRadius: '3px',
              border: '1px solid var(--surface)',
            },
          }}
        />
        <div className={`${styles.ends} ${styles.belowBar}`}>
          <span>{formatScore(mapMin, span)}</span>
          <span>threshold {formatScore(value, span)}</span>
          <span>{formatScore(mapMax, span)}</span>
        </div>
      </div>
      {isChosen ? (
        <div className={styles.sliderRow}>
          <span className={styles.explained}>Set by you.</span>
          {proposal && (
            <Button
              onClick={() => {
                onChange({ map: null });
              }}
            >
              Back to {formatScore(proposal.value, span)}
            </Button>
          )}
        </div>
      ) : (
        proposal && <p className={styles.explained}>{describeMapProposal(proposal)}</p>
      )}
      {regions && row && map && (
        <RegionList
          regions={regions}
          mapSizePx={map.sizePx}
          image={{ width: row.image.widthPx, height: row.image.heightPx }}
          span={span}
        />
      )}
    </section>
  );
});

function gradientStops(colourMap: ColourMapName): string {
  return Array.from({ length: 17 }, (_, k) => cssColour(colourMap, k / 16)).join(', ');
}

interface RegionListProps {
  readonly regions: readonly Region[];
  readonly mapSizePx: number;
  readonly image: Size;
  readonly span: number;
}

/** Regions by peak, with areas in pixels of the image; pointing lights one up, a click goes there. */
function RegionList({ regions, mapSizePx, image, span }: RegionListProps) {
  const point = useRegionStore((state) => state.point);
  const show = useViewportStore((state) => state.show);
  useEffect(
    () => () => {
      point(null);
    },
    [point, regions],
  );
  const across = image.width / mapSizePx;
  const down = image.height / mapSizePx;
  const boxOf = ({ box }: Region) => ({
    x: box.x * across,
    y: box.y * down,
    width: box.width * across,
    height: box.height * down,
  });
  if (regions.length === 0) return <p>No region reaches the map threshold.</p>;
  return (
    <>
      <p data-testid="region-count">{formatNoun(regions.length, 'region')} at or above the map threshold</p>
      <ol className={styles.regions} aria-label="Regions">
        {regions.slice(0, mostListed).map((region, index) => {
          const areaPx = Math.round(region.areaPx * across * down);
          return (
            <li key={region.label}>
              <button
                type="button"
                className={styles.region}
                onPointerEnter={() => {
                  point(boxOf(region));
                }}
                onPointerLeave={() => {
                  point(null);
                }}
                onFocus={() => {
                  point(boxOf(region));
                }}
                onBlur={() => {
                  point(null);
                }}
                onClick={() => {
                  show(boxOf(region));
                }}
              >
                <span className={styles.quiet}>{index + 1}</span>
                <span>
                  {formatCount(areaPx)} px² · {formatPercent(region.areaPx / mapSizePx ** 2, 1)}
                </span>
                <span>peak {formatScore(region.peak, span)}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {regions.length > mostListed && (
        <p className={styles.explained}>The {formatCount(mostListed)} with the highest peaks are listed.</p>
      )}
    </>
  );
}
