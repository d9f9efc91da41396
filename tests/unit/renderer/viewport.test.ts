import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actualPixels,
  fitted,
  imagePointAt,
  panBy,
  placeImage,
  showBox,
  zoomAt,
} from '../../../src-renderer/canvas/viewport.ts';

const view = { width: 800, height: 600 };
const image = { width: 1600, height: 400 };

describe('the viewport', () => {
  it('fits the image with a margin, in the middle', () => {
    expect(placeImage(fitted, image, view)).toEqual({
      scale: 768 / 1600,
      x: 16,
      y: 300 - (400 * 768) / 1600 / 2,
    });
  });

  it('does not blow up a tiny image beyond eight times', () => {
    expect(placeImage(fitted, { width: 8, height: 8 }, view).scale).toBe(8);
  });

  it('zooms so that the point under the pointer stays there', () => {
    fc.assert(
      fc.property(
        fc.record({ x: fc.integer({ min: 100, max: 700 }), y: fc.integer({ min: 220, max: 380 }) }),
        fc.double({ min: 0.9, max: 1.4, noNaN: true }),
        (pointer, factor) => {
          const before = imagePointAt(placeImage(fitted, image, view), pointer, image)!;
          const zoomed = zoomAt(fitted, factor, pointer, image, view);
          const place = placeImage(zoomed, image, view);
          const after = imagePointAt(place, pointer, image)!;
          expect(after.x).toBeCloseTo(before.x, 6);
          expect(after.y).toBeCloseTo(before.y, 6);
        },
      ),
    );
  });

  it('keeps scale and centre when the next image has another size', () => {
    const zoomed = zoomAt(fitted, 3, { x: 400, y: 300 }, image, view);
    const other = placeImage(zoomed, { width: 800, height: 800 }, view);
    expect(other.scale).toBe(placeImage(zoomed, image, view).scale);
    expect(other.x + 400 * other.scale).toBeCloseTo(400);
  });

  it('shows one image pixel on one pixel of the screen, dense screens included', () => {
    expect(placeImage(actualPixels(fitted, image, view, 1), image, view).scale).toBeCloseTo(1);
    expect(placeImage(actualPixels(fitted, image, view, 2), image, view).scale).toBeCloseTo(0.5);
  });

  it('moves with the pointer and never loses the image', () => {
    const moved = placeImage(panBy(fitted, { x: 30, y: -20 }, image, view), image, view);
    const before = placeImage(fitted, image, view);
    expect(moved.x - before.x).toBeCloseTo(30);
    expect(moved.y - before.y).toBeCloseTo(-20);
    const far = placeImage(panBy(fitted, { x: 1e6, y: 0 }, image, view), image, view);
    expect(far.x).toBeLessThanOrEqual(view.width / 2);
  });

  it('goes to a region with room around it', () => {
    const place = placeImage(showBox({ x: 100, y: 100, width: 50, height: 20 }, image, view), image, view);
    expect(place.x + 125 * place.scale).toBeCloseTo(400);
    expect(50 * place.scale).toBeLessThan(view.width / 2);
  });

  it('names the image point under the pointer and nothing beside the image', () => {
    const place = placeImage(fitted, image, view);
    expect(imagePointAt(place, { x: 400, y: 300 }, image)).toEqual({ x: 800, y: 200 });
    expect(imagePointAt(place, { x: 400, y: 10 }, image)).toBeNull();
  });
});
