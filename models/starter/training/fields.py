"""What lives here: random fields and small image operations that all parts of the generator share.
What may not: anything that knows what a material, an object or a defect is.

Images are float32 [S, S, 3] in 0..1, masks and fields float32 [S, S].
"""

import cv2
import numpy as np

cv2.setNumThreads(1)


def noise(rng, size, cell, octaves=1, stretch=(1.0, 1.0)):
    """Smooth noise in about -1..1; `cell` is the size in pixels of its largest grain, `stretch` scales (y, x)."""
    total, weight, norm = np.zeros((size, size), np.float32), 1.0, 0.0
    for octave in range(octaves):
        c = max(cell / 2**octave, 1.0)
        h = int(np.clip(size / (c * stretch[0]) + 2, 2, size))
        w = int(np.clip(size / (c * stretch[1]) + 2, 2, size))
        total += weight * cv2.resize(rng.standard_normal((h, w), np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        norm += weight
        weight *= 0.55
    return total / (norm * 1.2)


def grid(size):
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return y, x


def rotated(size, angle):
    """Coordinates (u along the angle, v across), in pixels from the centre."""
    y, x = grid(size)
    y, x = y - size / 2, x - size / 2
    return x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)


def smoothstep(field, edge, width):
    return np.clip((field - edge) / max(width, 1e-6) + 0.5, 0, 1).astype(np.float32)


def blur(image, sigma):
    return image if sigma <= 0.05 else cv2.GaussianBlur(image, (0, 0), float(sigma))


def warp(image, dy, dx, interpolation=cv2.INTER_LINEAR):
    size = image.shape[0]
    y, x = grid(size)
    return cv2.remap(image, x + dx.astype(np.float32), y + dy.astype(np.float32), interpolation, borderMode=cv2.BORDER_REFLECT_101)


def mix(a, b, alpha):
    """a·(1-alpha) + b·alpha; alpha [S, S]."""
    alpha = alpha[..., None]
    return a * (1 - alpha) + b * alpha


def colour(rng, saturation=(0.0, 1.0), value=(0.1, 0.95), hue=None):
    h = rng.uniform(0, 180) if hue is None else (hue + rng.normal(0, 6)) % 180
    hsv = np.array([[[h, 255 * rng.uniform(*saturation), 255 * rng.uniform(*value)]]], np.float32).astype(np.uint8)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32) / 255


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def pick(rng, weights):
    """A key of {key: weight}, with chance in proportion to its weight."""
    keys = list(weights)
    w = np.array([weights[k] for k in keys], float)
    return keys[rng.choice(len(keys), p=w / w.sum())]


def polygon(size, points, antialias=4):
    mask = np.zeros((size, size), np.uint8)
    pts = np.round(np.asarray(points, np.float64) * 16).astype(np.int32)
    cv2.fillPoly(mask, [pts.reshape(-1, 1, 2)], 255, lineType=cv2.LINE_AA, shift=antialias)
    return mask.astype(np.float32) / 255


def polyline(size, points, thickness):
    """Antialiased line through points [(x, y)], thickness in pixels (fractions below one fade)."""
    mask = np.zeros((size, size), np.uint8)
    pts = np.round(np.asarray(points, np.float64) * 16).astype(np.int32)
    cv2.polylines(mask, [pts.reshape(-1, 1, 2)], False, 255, max(1, int(round(thickness))), lineType=cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / 255 * min(1.0, thickness)


def wander(rng, start, angle, length, step=3.0, wobble=0.15, kink=0.0):
    """A random walk that keeps its direction: cracks, scratches, hairs."""
    points, (x, y), turn = [start], start, 0.0
    for _ in range(max(2, int(length / step))):
        turn = 0.7 * turn + rng.normal(0, wobble)
        angle += turn * 0.5 + (rng.normal(0, kink) if kink else 0.0)
        x, y = x + step * np.cos(angle), y + step * np.sin(angle)
        points.append((x, y))
    return points


def blob(rng, size, centre, radius, roughness=0.5, aspect=None):
    """A soft-edged irregular spot about `centre` (x, y)."""
    aspect = log_uniform(rng, 0.45, 2.2) if aspect is None else aspect
    angle = rng.uniform(0, np.pi)
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    r = np.ones_like(t)
    for k in range(2, 7):
        r += roughness * rng.normal(0, 0.5) / k * np.cos(k * t + rng.uniform(0, 6.28))
    r = np.clip(r, 0.25, 2.2) * radius
    ex, ey = r * np.cos(t) * np.sqrt(aspect), r * np.sin(t) / np.sqrt(aspect)
    x = centre[0] + ex * np.cos(angle) - ey * np.sin(angle)
    y = centre[1] + ex * np.sin(angle) + ey * np.cos(angle)
    return polygon(size, np.stack([x, y], 1))


def tint(image, target, amount):
    """Move the mean colour towards a target, keeping the structure."""
    mean = image.mean((0, 1), keepdims=True)
    return np.clip(image + amount * (target - mean), 0, 1)
