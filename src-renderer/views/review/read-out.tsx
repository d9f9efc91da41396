import { memo } from 'react';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { DecodedImage } from '../../canvas/load-image.ts';
import { readPixel, type PixelValue } from '../../canvas/pixel-value.ts';
import { pixelMapResource, sampleMap, type PixelMap } from '../../canvas/pixel-map.ts';
import { useResource } from '../../canvas/use-resource.ts';
import type { Point, Size } from '../../canvas/viewport.ts';
import { formatCount, formatScore } from '../../state/format.ts';
import { useOverlayStore } from '../../state/overlay.ts';
import { usePointerStore } from '../../state/pointer.ts';
import { useRuns } from '../../state/queries.ts';
import { runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { useWideSamples } from './use-picture.ts';
import styles from './viewer.module.css';

interface ReadOutProps {
  readonly imageId: number;
  readonly path: string | null;
  readonly run: Run;
  /** Of the image in its own pixels, and of the model's square. */
  readonly size: Size;
  readonly square: Size;
  readonly picture: DecodedImage | undefined;
  readonly squarePicture: DecodedImage | undefined;
  /** Undefined where the run says nothing of the image, or may not yet. */
  readonly map: PixelMap | undefined;
}

/** What is under the pointer: place, grey or colour, and what the maps say there. */
export const ReadOut = memo(function ReadOut(props: ReadOutProps) {
  const share = usePointerStore((state) => state.share);
  return share === null ? null : <PointReadOut {...props} share={share} />;
});

function PointReadOut({ share, ...props }: ReadOutProps & { readonly share: Point }) {
  const { imageId, run, map } = props;
  const side = usePointerStore((state) => state.side);
  const readsAllRuns = useOverlayStore(({ overlay }) => overlay.readsAllRuns);
  const samples = useWideSamples(imageId, props.path, side === 'image');
  const [size, picture] =
    side === 'image' ? [props.size, props.picture] : [props.square, props.squarePicture];
  const x = Math.min(size.width - 1, Math.floor(share.x * size.width));
  const y = Math.min(size.height - 1, Math.floor(share.y * size.height));
  const wide = side === 'image' && samples.value !== 'narrow' ? samples.value : undefined;
  // Until it is known whether there are 16 bits, 8 of them would be a wrong number.
  const isKnown = side === 'model' || samples.value !== undefined;
  const value: PixelValue | null = wide
    ? { channels: [wide.data[y * wide.width + x] ?? 0], max: 65_535 }
    : isKnown && picture
      ? readPixel(picture, x, y)
      : null;
  return (
    <output className={styles.readOut} data-testid="read-out">
      <span className={styles.readLine}>
        <span>{say('x {x}', { x: String(x) })}</span>
        <span>{say('y {y}', { y: String(y) })}</span>
        {value && <span>{describeValue(value)}</span>}
        {map && run.scale && (
          <span>{say('map {value}', { value: formatScore(mapAt(map, share), spanOf(run)) })}</span>
        )}
      </span>
      {readsAllRuns && map && <OtherRuns imageId={imageId} run={run} share={share} />}
    </output>
  );
}

function mapAt(map: PixelMap, { x, y }: Point): number {
  return sampleMap(map, x, y);
}

function spanOf({ scale }: Run): number {
  return scale ? scale.mapMax - scale.mapMin : 1;
}

/** `grey 12,345`, `RGB 120 118 97`. */
function describeValue({ channels }: PixelValue): string {
  const [first = 0, second, third] = channels;
  if (second === undefined || third === undefined) return say('grey {value}', { value: formatCount(first) });
  return say('RGB {red} {green} {blue}', {
    red: String(first),
    green: String(second),
    blue: String(third),
  });
}

interface OtherRunsProps {
  readonly imageId: number;
  readonly run: Run;
  readonly share: Point;
}

/** What the maps of the data set's other runs say at the same point, each on its own scale. */
function OtherRuns({ imageId, run, share }: OtherRunsProps) {
  const runs = useRuns().data ?? [];
  const others = runs.filter(
    ({ id, datasetId, scoredCount }) => datasetId === run.datasetId && id !== run.id && scoredCount > 0,
  );
  const names = useRunNames();
  if (others.length === 0) return <span>{say('No other run of this data set')}</span>;
  return (
    <span className={styles.readRuns}>
      {others.map((other) => (
        <OtherRun key={other.id} imageId={imageId} run={other} share={share} title={runTitle(other, names)} />
      ))}
    </span>
  );
}

function OtherRun({ imageId, run, share, title }: OtherRunsProps & { readonly title: string }) {
  const map = useResource(pixelMapResource(run.id, imageId, run.rendering));
  return (
    <>
      <span className={styles.readTitle}>{title}</span>
      <span>
        {map.value ? formatScore(mapAt(map.value, share), spanOf(run)) : map.error ? say('no map') : '…'}
      </span>
    </>
  );
}
