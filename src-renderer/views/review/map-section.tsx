import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { cssColour, type ColourMapName } from '../../../src-shared/maps/colour-maps.ts';
import type { Region } from '../../../src-shared/maps/regions.ts';
import { boxInImage, regionsOf } from '../../canvas/map-regions.ts';
import { pixelMapResource, type PixelMap } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Size } from '../../canvas/viewport.ts';
import { releaseFocus } from '../../components/release-focus.ts';
import { positionOn } from '../../components/score-bar.tsx';
import { formatCount, formatPercent, formatScore } from '../../state/format.ts';
import { describeMapProposal, type MapProposal } from '../../state/map-threshold.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { useRegionStore } from '../../state/regions.ts';
import type { ChosenThresholds } from '../../state/thresholds.ts';
import { useLagging } from '../../state/use-lagging.ts';
import { say } from '../../texts/say.ts';
import { useViewportStore } from '../../state/viewport.ts';
import styles from './review-panel.module.css';

interface MapSectionProps {
  readonly imageId: number;
  readonly run: Run;
  readonly isScored: boolean;
  /** The map threshold in force; null while it is worked out. */
  readonly value: number | null;
  readonly proposal: MapProposal | undefined;
  /** Smaller regions do not count, in pixels of the map. */
  readonly minAreaPx: number;
  /** How a threshold that a person chose came about; null: the proposed one holds. */
  readonly chosenBy: string | null;
  readonly onChange: (change: Partial<ChosenThresholds>) => void;
}

const steps = 1000;
/** Nobody reads more; a low threshold finds thousands. */
const mostListed = 50;

/** The colour bar with the map threshold on it, and the regions that reach it. */
export const MapSection = memo(function MapSection({
  imageId,
  run,
  isScored,
  value,
  proposal,
  minAreaPx,
  chosenBy,
  onChange,
}: MapSectionProps) {
  const row = useImage(imageId, run.id).data;
  const colourMap = useOverlayStore((state) => state.overlay.colourMap);
  const map = useResource(isScored ? pixelMapResource(run.id, imageId, run.rendering) : null).value;
  const onMinArea = useCallback(
    (minRegionAreaPx: number) => {
      onChange({ minRegionAreaPx });
    },
    [onChange],
  );
  const barStyle = useMemo(() => colourBar(colourMap), [colourMap]);
  if (!run.scale || value === null) return null;
  const { mapMin, mapMax } = run.scale;
  const span = mapMax - mapMin;
  return (
    <section className={styles.section} aria-label={say('Map')}>
      <div className={styles.headRow}>
        <h2>{say('Map')}</h2>
        {chosenBy === null && proposal && (
          <p className={styles.explained} title={describeMapProposal(proposal)}>
            {describeMapProposal(proposal)}
          </p>
        )}
      </div>
      <div>
        <Slider
          aria-label={say('Map threshold')}
          track={false}
          min={0}
          max={steps}
          value={Math.round(positionOn(value, mapMin, mapMax) * steps)}
          getAriaValueText={() => formatScore(value, span)}
          onChangeCommitted={releaseFocus}
          onChange={(_, position) => {
            onChange({ map: mapMin + (Number(position) / steps) * span });
          }}
          sx={barStyle}
        />
        <div className={`${styles.ends} ${styles.belowBar}`}>
          <span>{formatScore(mapMin, span)}</span>
          <span>{say('threshold {value}', { value: formatScore(value, span) })}</span>
          <span>{formatScore(mapMax, span)}</span>
        </div>
      </div>
      {chosenBy !== null && (
        <div className={styles.sliderRow}>
          <span className={styles.explained}>{chosenBy}</span>
          {proposal && (
            <Button
              onClick={() => {
                onChange({ map: null });
              }}
            >
              {say('Back to {value}', { value: formatScore(proposal.value, span) })}
            </Button>
          )}
        </div>
      )}
      {row && map && (
        <FollowingRegions
          map={map}
          threshold={value}
          minAreaPx={minAreaPx}
          onMinArea={onMinArea}
          widthPx={row.image.widthPx}
          heightPx={row.image.heightPx}
          span={span}
        />
      )}
    </section>
  );
});

function colourBar(colourMap: ColourMapName) {
  return {
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
  } as const;
}

function gradientStops(colourMap: ColourMapName): string {
  return Array.from({ length: 17 }, (_, k) => cssColour(colourMap, k / 16)).join(', ');
}

interface FollowingRegionsProps {
  readonly map: PixelMap;
  readonly threshold: number;
  readonly minAreaPx: number;
  readonly onMinArea: (minAreaPx: number) => void;
  /** Of the image. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly span: number;
}

/** Image and contour follow a handle at every frame; a list of numbers that nobody can read so fast need not. */
const followEveryMs = 200;

/** The regions of the map, five times a second while the threshold is dragged. */
function FollowingRegions({ map, threshold, minAreaPx, widthPx, heightPx, ...rest }: FollowingRegionsProps) {
  const wanted = useMemo(() => ({ map, threshold, minAreaPx }), [map, threshold, minAreaPx]);
  const listed = useLagging(wanted, followEveryMs);
  const regions = useMemo(() => regionsOf(listed.map, listed.threshold, listed.minAreaPx).regions, [listed]);
  const image = useMemo(() => ({ width: widthPx, height: heightPx }), [widthPx, heightPx]);
  return (
    <RegionList
      {...rest}
      regions={regions}
      mapSizePx={listed.map.sizePx}
      minAreaPx={minAreaPx}
      image={image}
    />
  );
}

interface RegionListProps {
  readonly regions: readonly Region[];
  readonly mapSizePx: number;
  /** In pixels of the map. */
  readonly minAreaPx: number;
  readonly onMinArea: (minAreaPx: number) => void;
  readonly image: Size;
  readonly span: number;
}

/** Regions by peak, with areas in pixels of the image; pointing lights one up here and there, a click goes there. */
const RegionList = memo(function RegionList(props: RegionListProps) {
  const { regions, mapSizePx, minAreaPx, onMinArea, image, span } = props;
  const list = useRef<HTMLOListElement>(null);
  const pointed = useRegionStore((state) => state.pointed);
  const point = useRegionStore((state) => state.point);
  const show = useViewportStore((state) => state.show);
  useEffect(() => {
    // The list alone: the panel stays where it is.
    const item = list.current?.querySelector<HTMLElement>('[data-pointed="true"]');
    if (!list.current || !item) return;
    const { scrollTop, clientHeight } = list.current;
    const top = item.offsetTop - list.current.offsetTop;
    if (top < scrollTop) list.current.scrollTop = top;
    else if (top + item.offsetHeight > scrollTop + clientHeight)
      list.current.scrollTop = top + item.offsetHeight - clientHeight;
  }, [pointed]);
  /** Pixels of the image in one of the map. */
  const areaScale = (image.width * image.height) / mapSizePx ** 2;
  const away = () => {
    point(null);
  };
  return (
    <>
      <div className={styles.sliderRow}>
        <p data-testid="region-count">
          {say(
            '{count, plural, =0 {No region reaches it} one {# region reaches it} other {# regions reach it}}',
            {
              count: regions.length,
            },
          )}
        </p>
        <label className={styles.least}>
          <span>{say('from')}</span>
          <input
            type="number"
            aria-label={say('Smallest region that counts, in pixels of the image')}
            min={1}
            value={Math.max(1, Math.round(minAreaPx * areaScale))}
            onChange={(event) => {
              const typed = event.target.valueAsNumber;
              if (typed >= 1) onMinArea(Math.max(1, Math.round(typed / areaScale)));
            }}
          />
          <span>{say('px²')}</span>
        </label>
      </div>
      {regions.length > 0 && (
        <ol ref={list} className={styles.regions} aria-label={say('Regions')}>
          {regions.slice(0, mostListed).map((region, index) => (
            <li key={region.label}>
              <button
                type="button"
                className={styles.region}
                data-pointed={region.label === pointed}
                onPointerEnter={() => {
                  point(region.label);
                }}
                onPointerLeave={away}
                onFocus={() => {
                  point(region.label);
                }}
                onBlur={away}
                onClick={() => {
                  show(boxInImage(region, mapSizePx, image));
                }}
              >
                <span className={styles.quiet}>{index + 1}</span>
                <span>
                  {say('{area} px² · {share}', {
                    area: formatCount(Math.round(region.areaPx * areaScale)),
                    share: formatPercent(region.areaPx / mapSizePx ** 2, 1),
                  })}
                </span>
                <span>{say('peak {value}', { value: formatScore(region.peak, span) })}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {regions.length > mostListed && (
        <p className={styles.explained}>
          {say('The {count, number} with the highest peaks are listed.', { count: mostListed })}
        </p>
      )}
    </>
  );
});
