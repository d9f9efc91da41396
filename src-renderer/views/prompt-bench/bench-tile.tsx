import { useEffect, useRef } from 'react';
import { paintHeatMap } from '../../canvas/heat-map.ts';
import type { PixelMap } from '../../canvas/pixel-map.ts';
import { wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import type { BenchResult } from '../../../src-shared/domain/prompt-bench.ts';
import { fileName, formatScore } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './prompt-bench-view.module.css';

interface BenchTileProps {
  readonly imageId: number;
  readonly start: BenchResult | undefined;
  readonly result: BenchResult | undefined;
  readonly map: PixelMap | null;
  /** Of all maps on the bench. */
  readonly scale: { readonly min: number; readonly max: number };
}

/** One image under the map of the prompts, its score, and how far that is from the start. */
export function BenchTile({ imageId, start, result, map, scale }: BenchTileProps) {
  const image = useImage(imageId, null).data?.image;
  const ratio = image?.widthPx && image.heightPx ? image.widthPx / image.heightPx : 1;
  const score = result?.score ?? null;
  const before = start?.score ?? null;
  const change = score === null || before === null ? null : score - before;
  const problem = result?.error ?? null;
  const label = image?.label ?? null;
  return (
    <li className={styles.tile} data-testid="bench-tile" data-score={score ?? undefined}>
      <div className={styles.picture} style={{ aspectRatio: ratio }}>
        <Thumbnail imageId={imageId} sizePx={256} />
        <BenchHeat map={map} scale={scale} />
      </div>
      <p className={styles.score}>
        {score !== null && say('Score {score}', { score: formatScore(score, 1) })}
        {change !== null && <span className={styles.quiet}>{describeChange(change)}</span>}
      </p>
      {problem !== null && <p className={styles.problem}>{problem}</p>}
      <p className={styles.caption} title={image?.path}>
        {image !== undefined && fileName(image.path)}
        {label !== null && <span className={styles.quiet}>{wordOfLabel(label)}</span>}
      </p>
    </li>
  );
}

function describeChange(change: number): string {
  const size = formatScore(Math.abs(change), 1);
  if (Number(size) === 0) return say('as at the start');
  return change > 0 ? say('{size} more', { size }) : say('{size} less', { size });
}

/** The map as it was painted last stays until the next one has come, so that typing does not flicker. */
function BenchHeat({ map, scale }: Pick<BenchTileProps, 'map' | 'scale'>) {
  const colourMap = useOverlayStore((state) => state.overlay.colourMap);
  const opacity = useOverlayStore((state) => state.overlay.opacity);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { min, max } = scale;
  useEffect(() => {
    if (map && canvas.current)
      paintHeatMap(map, { colourMap, min, max, threshold: null, opaqueFrom: max }, canvas.current);
  }, [map, colourMap, min, max]);
  return <canvas ref={canvas} className={styles.heat} style={{ opacity: map ? opacity : 0 }} aria-hidden />;
}
