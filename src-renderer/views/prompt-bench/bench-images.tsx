import LinearProgress from '@mui/material/LinearProgress';
import { useMemo } from 'react';
import { benchMap } from '../../canvas/bench-map.ts';
import type { PixelMap } from '../../canvas/pixel-map.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { Bench } from '../../../src-shared/domain/prompt-bench.ts';
import { rangeOf, type BenchResults, type BenchState } from '../../state/prompt-bench.ts';
import { say } from '../../texts/say.ts';
import { BenchTile } from './bench-tile.tsx';
import styles from './prompt-bench-view.module.css';

interface BenchImagesProps {
  readonly imageIds: readonly number[];
  /** What changes are told against; null: the method's own words. */
  readonly startName: string | null;
  readonly bench: BenchState & { readonly retry: () => void };
}

/** The images of a bench under what the prompts say of them; all maps, those of the start too, on one scale. */
export function BenchImages({ imageIds, startName, bench }: BenchImagesProps) {
  const rendering = bench.bench?.rendering ?? null;
  const startMaps = useMemo(() => mapsOf(bench.start, rendering), [bench.start, rendering]);
  const maps = useMemo(() => mapsOf(bench.results, rendering), [bench.results, rendering]);
  const scale = useMemo(() => rangeOf([...startMaps.values(), ...maps.values()]), [startMaps, maps]);
  return (
    <>
      <div className={styles.progress}>
        {bench.isScoring && (
          <LinearProgress
            aria-label={say('Scoring the images')}
            {...(bench.prepared === null
              ? {}
              : { variant: 'determinate', value: (100 * bench.prepared) / imageIds.length })}
          />
        )}
      </div>
      <p className={styles.quiet} role="status">
        {bench.prepared === null
          ? startName === null
            ? say(
                'Every change of the prompts is scored at once. All maps are coloured on one scale; changes are told against the prompts that the method begins with.',
              )
            : say(
                'Every change of the prompts is scored at once. All maps are coloured on one scale; changes are told against «{name}».',
                { name: startName },
              )
          : say('The model looks at the images: {done, number} of {total, number} done.', {
              done: bench.prepared,
              total: imageIds.length,
            })}
      </p>
      {bench.error !== null && (
        <ErrorNotice
          title={say('These prompts could not be tried')}
          error={bench.error}
          onRetry={bench.retry}
        />
      )}
      <ul className={styles.tiles} data-one={imageIds.length === 1} aria-busy={bench.isScoring}>
        {imageIds.map((imageId) => (
          <BenchTile
            key={imageId}
            imageId={imageId}
            start={bench.start?.get(imageId)}
            result={bench.results?.get(imageId)}
            map={maps.get(imageId) ?? null}
            scale={scale ?? noScale}
          />
        ))}
      </ul>
    </>
  );
}

const noScale = { min: 0, max: 1 };

function mapsOf(
  results: BenchResults | null,
  rendering: Bench['rendering'] | null,
): ReadonlyMap<number, PixelMap> {
  const maps = new Map<number, PixelMap>();
  if (results === null || rendering === null) return maps;
  for (const [imageId, result] of results) {
    const map = benchMap(result, rendering);
    if (map !== null) maps.set(imageId, map);
  }
  return maps;
}
