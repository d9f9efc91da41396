import { useEffect, useRef, useState } from 'react';
import { paintHeatMap } from '../../canvas/heat-map.ts';
import { probeMapResource } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import { MiddleEllipsis } from '../../components/middle-ellipsis.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { wordOfLabel } from '../../components/state-mark.tsx';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import type { TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { fileName, formatScore } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { useImage } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './training-page.module.css';

/** Of the box that every picture stands in, as in the style sheet. */
const frameRatio = 4 / 3;

interface Scale {
  readonly min: number;
  readonly max: number;
}

interface ProbeTileProps {
  readonly imageId: number;
  readonly path: string;
  readonly className: string;
  readonly left: TrainingCheckpoint;
  readonly shown: TrainingCheckpoint;
  readonly rendering: MapRendering;
  readonly scale: Scale;
}

/** One image under the maps of two epochs, side by side, with both scores. */
export function ProbeTile({ imageId, path, className, left, shown, rendering, scale }: ProbeTileProps) {
  const image = useImage(imageId, null).data?.image;
  const ratio = image?.widthPx && image.heightPx ? image.widthPx / image.heightPx : 1;
  // Both also where they are the same: nothing may move while one scrubs.
  const both = [
    { place: 'left', checkpoint: left },
    { place: 'shown', checkpoint: shown },
  ];
  const label = image?.label ?? null;
  return (
    <li className={styles.probe} data-testid="probe">
      <div className={styles.pair}>
        {both.map(({ place, checkpoint }) => (
          <figure key={place} className={styles.figure}>
            <div className={styles.frame}>
              <div className={styles.picture} data-wide={ratio >= frameRatio} style={{ aspectRatio: ratio }}>
                <Thumbnail imageId={imageId} sizePx={256} />
                <ProbeHeat checkpoint={checkpoint} imageId={imageId} rendering={rendering} scale={scale} />
              </div>
            </div>
            <figcaption className={styles.score}>{describeScore(checkpoint, imageId)}</figcaption>
          </figure>
        ))}
      </div>
      <p className={styles.caption} title={path}>
        <span className={styles.quiet}>{className}</span>
        <span className={styles.file}>
          <MiddleEllipsis text={fileName(path)} />
        </span>
        {label !== null && <span className={styles.quiet}>{wordOfLabel(label)}</span>}
      </p>
    </li>
  );
}

function describeScore({ epoch, probes }: TrainingCheckpoint, imageId: number): string {
  const probe = probes.find((each) => each.imageId === imageId);
  return probe === undefined
    ? say('Epoch {epoch}: no map', { epoch })
    : say('Epoch {epoch}: score {score}', { epoch, score: formatScore(probe.score, 1) });
}

interface ProbeHeatProps {
  readonly checkpoint: TrainingCheckpoint;
  readonly imageId: number;
  readonly rendering: MapRendering;
  readonly scale: Scale;
}

/** The map as it was painted last stays until the next one has come, so that scrubbing does not flicker. */
function ProbeHeat({ checkpoint, imageId, rendering, scale }: ProbeHeatProps) {
  const { trainingId, epoch, probes } = checkpoint;
  const colourMap = useOverlayStore((state) => state.overlay.colourMap);
  const opacity = useOverlayStore((state) => state.overlay.opacity);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [paintedEpoch, setPaintedEpoch] = useState<number | null>(null);
  const has = probes.some((probe) => probe.imageId === imageId);
  const { value: map, error } = useResource(
    has ? probeMapResource({ trainingId, epoch, imageId }, rendering) : null,
  );
  const { min, max } = scale;
  useEffect(() => {
    if (!map || !canvas.current) return;
    paintHeatMap(map, { colourMap, min, max, threshold: null, opaqueFrom: max }, canvas.current);
    setPaintedEpoch(epoch);
  }, [map, colourMap, min, max, epoch]);
  if (error instanceof Error) return <span className={styles.noMap}>{error.message}</span>;
  return (
    <canvas
      ref={canvas}
      className={styles.heat}
      style={{ opacity: has ? opacity : 0 }}
      data-epoch={paintedEpoch ?? undefined}
      aria-hidden
    />
  );
}
