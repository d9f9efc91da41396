import type { PixelMetrics, PixelStack } from '../../../src-shared/metrics/pixel-metrics.ts';

/** 8-connected components as lists of pixels, by flood filling. */
function floodComponents(mask: Uint8Array, width: number, height: number): number[][] {
  const seen = new Set<number>();
  const components: number[][] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen.has(start)) continue;
    const component: number[] = [];
    const open = [start];
    seen.add(start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      component.push(at);
      const [x, y] = [at % width, Math.floor(at / width)];
      for (const [dx, dy] of [-1, 0, 1].flatMap((a) => [-1, 0, 1].map((b) => [a, b] as const))) {
        const [nx, ny] = [x + dx, y + dy];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
        const next = ny * width + nx;
        if (mask[next] && !seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
      }
    }
    components.push(component);
  }
  return components;
}

function trapezoids(points: readonly (readonly [number, number])[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1]!, points[i]!];
    area += ((x1 - x0) * (y0 + y1)) / 2;
  }
  return area;
}

/** All metrics straight from their definitions (methods.md §8), by sorting and counting; for small stacks. */
export function bruteForceMetrics({
  maps,
  masks,
  width,
  height,
}: PixelStack): Omit<PixelMetrics, 'errorBound'> {
  const good: number[] = [];
  const anomalous: { value: number; weight: number }[] = [];
  let componentCount = 0;
  for (const [i, map] of maps.entries()) {
    const mask = masks[i] ?? new Uint8Array(map.length);
    for (const [at, value] of map.entries()) if (!mask[at]) good.push(value);
    for (const component of floodComponents(mask, width, height)) {
      componentCount++;
      for (const at of component) anomalous.push({ value: map[at]!, weight: 1 / component.length });
    }
  }
  if (good.length === 0 || anomalous.length === 0)
    return { auroc: null, ap: null, f1Max: null, f1MaxThreshold: null, aupro: null, auproPaper: null };

  good.sort((a, b) => b - a);
  anomalous.sort((a, b) => b.value - a.value);
  const points: { threshold: number; tp: number; fp: number; pro: number }[] = [];
  const values = [...new Set([...good, ...anomalous.map(({ value }) => value)].map((v) => v + 0))];
  let [g, a, pro] = [0, 0, 0];
  for (const threshold of values.sort((x, y) => y - x)) {
    while (g < good.length && good[g]! >= threshold) g++;
    while (a < anomalous.length && anomalous[a]!.value >= threshold)
      pro += anomalous[a++]!.weight / componentCount;
    points.push({ threshold, tp: a, fp: g, pro });
  }

  const rates = points.map(({ tp, fp }) => [fp / good.length, tp / anomalous.length] as const);
  const auroc = trapezoids([[0, 0], ...rates]);
  let [ap, recallBefore] = [0, 0];
  let best = { f1Max: -1, f1MaxThreshold: NaN };
  for (const { threshold, tp, fp } of points) {
    ap += ((tp - recallBefore) / anomalous.length) * (tp / (tp + fp));
    recallBefore = tp;
    const f1 = (2 * tp) / (tp + fp + anomalous.length);
    if (f1 > best.f1Max) best = { f1Max: f1, f1MaxThreshold: threshold };
  }
  return {
    auroc,
    ap,
    ...best,
    aupro: aupro(points.map((point) => [point.fp / good.length, point.pro])),
    auproPaper: paperAupro(maps, good, anomalous, componentCount),
  };
}

function aupro(rates: readonly (readonly [number, number])[]): number {
  const kept: (readonly [number, number])[] = [[0, 0]];
  for (const [fpr, pro] of rates) {
    const [fprBefore, proBefore] = kept.at(-1)!;
    if (fpr <= 0.3) kept.push([fpr, pro]);
    else {
      kept.push([0.3, proBefore + ((pro - proBefore) * (0.3 - fprBefore)) / (fpr - fprBefore)]);
      break;
    }
  }
  return trapezoids(kept) / 0.3;
}

/** The papers' function, threshold by threshold. */
function paperAupro(
  maps: readonly Float32Array[],
  good: readonly number[],
  anomalous: readonly { value: number; weight: number }[],
  componentCount: number,
): number | null {
  const [low, high] = maps
    .flatMap((map) => [...map])
    .reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity]);
  const delta = (high - low) / 200;
  if (!(delta > 0) || delta === Infinity) return null;
  const points: [number, number][] = [];
  const step = low + delta - low;
  for (let i = 0; i < Math.ceil((high - low) / delta); i++) {
    const threshold = low + i * step;
    const fpr = good.filter((value) => value > threshold).length / good.length;
    const pro =
      anomalous.filter(({ value }) => value > threshold).reduce((sum, { weight }) => sum + weight, 0) /
      componentCount;
    if (fpr < 0.3) points.push([fpr, pro]);
  }
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  if (!(first > last)) return null;
  return trapezoids(points.reverse().map(([fpr, pro]) => [(fpr - last) / (first - last), pro]));
}
