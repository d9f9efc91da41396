"""What lives here: defects of surfaces with their exact masks.
What may not: scenes, objects, captions.

Each maker takes (rng, image, at, scale, allowed): image float32 [S, S, 3]; at (x, y) in pixels; scale, a radius in pixels;
allowed [S, S], where the surface is. It returns (changed image, alpha [S, S] of what changed).
"""

import cv2
import numpy as np

from fields import blob, blur, colour, log_uniform, mix, noise, pick, polyline, smoothstep, wander, warp
from materials import surface


def _contrast(rng, image, alpha, faint):
    """A colour unlike the one below: darker or lighter, or another hue."""
    w = alpha.sum() + 1e-6
    mean = (image * alpha[..., None]).sum((0, 1)) / w
    if rng.random() < 0.55:
        step = rng.uniform(0.12, 0.75) * (0.5 if faint else 1)
        up = mean.mean() < 0.5 if rng.random() < 0.7 else rng.random() < 0.5
        return np.clip(mean + (step if up else -step) * rng.uniform(0.8, 1.2, 3), 0, 1)
    return np.clip(mean + (colour(rng) - mean) * rng.uniform(0.4, 1) * (0.5 if faint else 1), 0, 1)


def scratch(rng, image, at, scale, allowed):
    size = image.shape[0]
    n = int(rng.choice([1, 1, 1, 2, 4]))
    alpha, angle = np.zeros((size, size), np.float32), rng.uniform(0, 6.28)
    for _ in range(n):
        length = scale * rng.uniform(1.5, 5)
        start = (at[0] - np.cos(angle) * length / 2 + rng.normal(0, 4), at[1] - np.sin(angle) * length / 2 + rng.normal(0, 4))
        alpha = np.maximum(alpha, polyline(size, wander(rng, start, angle + rng.normal(0, 0.1), length, 4, 0.03), rng.uniform(0.7, 2.6)))
    alpha *= allowed
    c = _contrast(rng, image, alpha, False)
    out = mix(image, np.broadcast_to(c, image.shape), alpha * rng.uniform(0.5, 1))
    if rng.random() < 0.4:
        edge = np.roll(alpha, (1, 1), (0, 1)) * (1 - alpha) * allowed
        out = np.clip(out + (edge * rng.uniform(0.1, 0.4))[..., None], 0, 1)
    return out, alpha


def crack(rng, image, at, scale, allowed):
    size = image.shape[0]
    alpha, angle = np.zeros((size, size), np.float32), rng.uniform(0, 6.28)
    width = rng.uniform(0.8, 3.5)
    main = wander(rng, at, angle, scale * rng.uniform(1.5, 4), 3.5, 0.3, 0.35)
    alpha = polyline(size, main, width)
    for _ in range(int(rng.integers(0, 4))):
        k = int(rng.integers(len(main)))
        alpha = np.maximum(alpha, polyline(size, wander(rng, main[k], angle + rng.choice([-1, 1]) * rng.uniform(0.4, 1.2), scale * rng.uniform(0.4, 1.5), 3.5, 0.3, 0.35), width * 0.7))
    alpha *= allowed
    dark = image * rng.uniform(0.05, 0.5)
    out = mix(image, dark if rng.random() < 0.8 else 1 - (1 - image) * 0.3, alpha)
    if rng.random() < 0.4:
        rim = np.clip(blur(alpha, 1.5) - alpha, 0, 1) * allowed
        out = np.clip(out + (rim * rng.uniform(0.1, 0.5))[..., None], 0, 1)
    return out, alpha


def stain(rng, image, at, scale, allowed):
    size = image.shape[0]
    alpha = blob(rng, size, at, scale, 0.8) * allowed
    soft = blur(alpha, log_uniform(rng, 0.5, scale * 0.4 + 0.6)) * allowed
    if rng.random() < 0.4:
        soft = soft * smoothstep(noise(rng, size, scale * 0.7, 3), rng.uniform(-0.4, 0.3), 0.5)
    c = _contrast(rng, image, alpha, rng.random() < 0.4)
    strength = rng.uniform(0.35, 1)
    layer = np.broadcast_to(c, image.shape) if rng.random() < 0.5 else np.clip(image * (c / (image.mean((0, 1)) + 0.05)), 0, 1)
    return mix(image, layer, soft * strength), soft


def ink(rng, image, at, scale, allowed):
    """Several saturated blots near one another."""
    size = image.shape[0]
    alpha = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 8))):
        p = np.asarray(at) + rng.normal(0, scale * 0.6, 2)
        alpha = np.maximum(alpha, blob(rng, size, p, scale * rng.uniform(0.1, 0.5) + 1, 1.0))
    alpha = blur(alpha, rng.uniform(0.3, 1.2)) * allowed
    return mix(image, np.broadcast_to(colour(rng, (0.3, 1), (0.05, 0.9)), image.shape), alpha * rng.uniform(0.6, 1)), alpha


def pits(rng, image, at, scale, allowed):
    """Clusters of small dark holes, as rolling wear or corrosion leaves; lit rims; sometimes one big break-out."""
    size = image.shape[0]
    alpha, angle, aspect = np.zeros((size, size), np.float32), rng.uniform(0, 3.14), rng.uniform(1, 5)
    for _ in range(int(log_uniform(rng, 1, 30))):
        along, across = rng.normal(0, scale * 0.5), rng.normal(0, scale * 0.5 / aspect)
        p = (at[0] + along * np.cos(angle) - across * np.sin(angle), at[1] + along * np.sin(angle) + across * np.cos(angle))
        alpha = np.maximum(alpha, blob(rng, size, p, log_uniform(rng, 1.0, max(1.5, scale * 0.35)), 1.3))
    alpha = blur(alpha, rng.uniform(0.3, 0.9)) * allowed
    rough = np.clip(0.5 + noise(rng, size, 4, 2) * 0.5, 0, 1)[..., None]
    low = rng.uniform(0.0, 0.6)
    inside = image * low + rough * rng.uniform(0, 0.25) * colour(rng, (0, 0.6), (0.3, 1))
    out = mix(image, np.clip(inside, 0, 1), alpha)
    d = rng.integers(-1, 2, 2)
    rim = np.clip(np.roll(alpha, tuple(d), (0, 1)) - alpha, 0, 1) * allowed
    return np.clip(out + (rim * rng.uniform(0, 0.5))[..., None], 0, 1), alpha


def hole(rng, image, at, scale, allowed):
    size = image.shape[0]
    alpha = blur(blob(rng, size, at, scale * 0.6, 0.4, log_uniform(rng, 0.7, 1.4)), 0.6) * allowed
    inside = colour(rng, (0, 0.4), (0, 0.25)) if rng.random() < 0.7 else colour(rng)
    layer = np.broadcast_to(inside, image.shape) * (1 + 0.3 * noise(rng, size, scale, 1)[..., None])
    out = mix(image, np.clip(layer, 0, 1), alpha)
    d = rng.integers(-2, 3, 2)
    rim = np.clip(np.roll(alpha, tuple(d), (0, 1)) - alpha, 0, 1) * allowed
    out = np.clip(out + (rim * rng.uniform(-0.4, 0.5))[..., None], 0, 1)
    return out, np.maximum(alpha, rim)


def foreign_texture(rng, image, at, scale, allowed):
    size = image.shape[0]
    alpha = blob(rng, size, at, scale, rng.uniform(0.3, 1.6))
    if rng.random() < 0.4:
        alpha = alpha * smoothstep(noise(rng, size, scale * 0.8, 3), 0, 0.25)
    alpha = blur(alpha, rng.uniform(0.3, 2)) * allowed
    other, _ = surface(rng, size)
    if rng.random() < 0.5:
        other = np.clip(other - other.mean((0, 1)) + (image * alpha[..., None]).sum((0, 1)) / (alpha.sum() + 1e-6), 0, 1)
    return mix(image, other, alpha * rng.uniform(0.35, 1)), alpha


def displaced(rng, image, at, scale, allowed):
    """A piece of the same surface in the wrong place or the wrong way round."""
    size = image.shape[0]
    m = cv2.getRotationMatrix2D((float(at[0]), float(at[1])), float(rng.choice([90, 180, 270, rng.uniform(20, 340)])), log_uniform(rng, 0.7, 1.5))
    m[:, 2] += rng.normal(0, size * 0.25, 2)
    other = cv2.warpAffine(image, m, (size, size), borderMode=cv2.BORDER_REFLECT_101)
    if rng.random() < 0.3:
        other = np.clip(other * rng.uniform(0.6, 1.4), 0, 1)
    alpha = blur(blob(rng, size, at, scale, rng.uniform(0.1, 1)), rng.uniform(0.3, 1)) * allowed
    return mix(image, other, alpha), alpha


def blurred(rng, image, at, scale, allowed):
    alpha = blur(blob(rng, image.shape[0], at, scale, 0.6), 1) * allowed
    if rng.random() < 0.5:
        layer = blur(image, rng.uniform(2, 8))
    else:
        n = int(rng.integers(7, 31))
        k = np.zeros((n, n), np.float32)
        a = rng.uniform(0, 3.14)
        cv2.line(k, (int(n / 2 - np.cos(a) * n / 2), int(n / 2 - np.sin(a) * n / 2)), (int(n / 2 + np.cos(a) * n / 2), int(n / 2 + np.sin(a) * n / 2)), 1.0)
        layer = cv2.filter2D(image, -1, k / k.sum(), borderType=cv2.BORDER_REFLECT_101)
    return mix(image, layer, alpha), alpha


def bent(rng, image, at, scale, allowed):
    """Local displacement: dents, pulled threads, bent teeth, warped print."""
    size = image.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    aspect, a = rng.uniform(1, 4), rng.uniform(0, 3.14)
    u, v = (x - at[0]) * np.cos(a) + (y - at[1]) * np.sin(a), -(x - at[0]) * np.sin(a) + (y - at[1]) * np.cos(a)
    bump = np.exp(-((u / (scale * aspect)) ** 2 + (v / scale) ** 2))
    amount, d = rng.uniform(0.25, 0.8) * scale, rng.uniform(0, 6.28)
    if rng.random() < 0.3:
        dy, dx = bump * (y - at[1]) * rng.uniform(-0.8, 0.7), bump * (x - at[0]) * rng.uniform(-0.8, 0.7)
    else:
        dy, dx = bump * np.sin(d) * amount, bump * np.cos(d) * amount
    out = warp(image, dy, dx)
    if rng.random() < 0.5:
        gy, gx = np.gradient(blur(bump, 1) * scale)
        out = np.clip(out * (1 + (gx * np.cos(d) + gy * np.sin(d)) * rng.uniform(0.3, 1.2))[..., None], 0, 1)
    alpha = smoothstep(bump, 0.25, 0.2) * allowed
    return mix(image, out, smoothstep(bump, 0.08, 0.1) * allowed), alpha


def fibre(rng, image, at, scale, allowed):
    """A hair, thread or swarf lying on the surface, with a shadow."""
    size = image.shape[0]
    alpha = polyline(size, wander(rng, at, rng.uniform(0, 6.28), scale * rng.uniform(2, 7), 3, rng.uniform(0.1, 0.5)), rng.uniform(0.8, 3))
    alpha = alpha * allowed
    shadow = blur(np.roll(alpha, tuple(rng.integers(-3, 4, 2)), (0, 1)), 1.2) * allowed
    out = image * (1 - shadow * rng.uniform(0, 0.4))[..., None]
    return mix(out, np.broadcast_to(_contrast(rng, image, alpha, False), image.shape), alpha), alpha


def crumbs(rng, image, at, scale, allowed):
    """Loose grains and chips of something else, shaded."""
    size = image.shape[0]
    alpha = np.zeros((size, size), np.float32)
    for _ in range(int(log_uniform(rng, 1, 14))):
        p = np.asarray(at) + rng.normal(0, scale * 0.6, 2)
        alpha = np.maximum(alpha, blob(rng, size, p, log_uniform(rng, 1.2, max(2, scale * 0.5)), 0.7))
    alpha = alpha * allowed
    other, _ = surface(rng, size)
    shadow = blur(np.roll(alpha, tuple(rng.integers(-3, 4, 2)), (0, 1)), 1) * allowed
    out = image * (1 - 0.4 * shadow * (1 - alpha))[..., None]
    light = np.clip(1 + 0.5 * (blur(alpha, 1.5) - np.roll(blur(alpha, 1.5), (2, 2), (0, 1))), 0.4, 1.6)
    return mix(out, np.clip(other * light[..., None], 0, 1), alpha), alpha


def discoloured(rng, image, at, scale, allowed):
    """Burnt, bleached, another hue, as a soft change of the same structure."""
    size = image.shape[0]
    alpha = blur(blob(rng, size, at, scale, 0.7), scale * rng.uniform(0.05, 0.3)) * allowed
    kind = rng.integers(4)
    if kind == 0:
        layer = image[..., rng.permutation(3)]
    elif kind == 1:
        layer = np.clip(image * rng.uniform(0.25, 0.75) * (1 - 0.4 * rng.random(3)), 0, 1)
    elif kind == 2:
        layer = 1 - (1 - image) * rng.uniform(0.3, 0.75)
    else:
        layer = np.clip(image * colour(rng, (0.3, 1), (0.6, 1)) * 1.3, 0, 1)
    return mix(image, layer.astype(np.float32), alpha * rng.uniform(0.5, 1)), alpha


def flattened(rng, image, at, scale, allowed):
    """The structure is gone: worn smooth, missing print, glue."""
    alpha = blur(blob(rng, image.shape[0], at, scale, 0.7), rng.uniform(0.5, 2)) * allowed
    w = alpha[..., None]
    mean = (image * w).sum((0, 1)) / (w.sum() + 1e-6)
    layer = mean + (blur(image, scale) - mean) * 0.4 + rng.normal(0, 0.05, 3)
    return mix(image, np.clip(layer, 0, 1).astype(np.float32), alpha * rng.uniform(0.7, 1)), alpha


def embedded(rng, image, at, scale, allowed):
    """Long fibres, slubs or streaks within the surface: soft, faint, in places gone under."""
    size = image.shape[0]
    alpha = np.zeros((size, size), np.float32)
    thickness, fade = log_uniform(rng, 1.5, 11) * size / 288, rng.uniform(0.6, 3)
    for _ in range(int(rng.choice([1, 1, 2, 3, 4]))):
        start = tuple(np.asarray(at) + rng.normal(0, scale * 1.5, 2))
        path = wander(rng, start, rng.uniform(0, 6.28), size * rng.uniform(0.15, 0.9), 5, rng.uniform(0.05, 0.3))
        alpha = np.maximum(alpha, polyline(size, path, thickness * rng.uniform(0.6, 1.3)))
    alpha = blur(alpha, fade)
    if rng.random() < 0.6:
        alpha = alpha * smoothstep(noise(rng, size, rng.uniform(8, 40), 2), rng.uniform(-0.8, 0), 0.8)
    alpha = np.clip(alpha * 1.2, 0, 1) * allowed
    strength = log_uniform(rng, 0.07, 0.5)
    layer = image * (1 - strength) if rng.random() < 0.7 else image + (1 - image) * strength
    tone = np.clip(layer * (1 + rng.normal(0, 0.06, 3)), 0, 1).astype(np.float32)
    return mix(image, tone, alpha), alpha


MAKERS = {
    "embedded": embedded,
    "scratch": scratch, "crack": crack, "stain": stain, "ink": ink, "pits": pits, "hole": hole, "foreign": foreign_texture,
    "displaced": displaced, "blur": blurred, "bend": bent, "fibre": fibre, "crumbs": crumbs, "discolouration": discoloured, "worn": flattened,
}
WEIGHTS = {
    "scratch": 1.2, "crack": 1.2, "stain": 1.2, "ink": 0.8, "pits": 1.6, "hole": 0.9, "foreign": 1.5, "displaced": 0.8, "blur": 0.4,
    "bend": 0.8, "fibre": 0.6, "crumbs": 0.7, "discolouration": 1, "worn": 0.6,
}


def add_defects(rng, image, allowed, weights=WEIGHTS, count=None, scale_range=(4.0, 48.0), contrast=0.07):
    """Add one or more visible defects where `allowed` > 0.5; returns (image, mask uint8 0/1, names). Retries what cannot be seen."""
    size = image.shape[0]
    out, mask, names = image, np.zeros((size, size), bool), []
    ys, xs = np.nonzero(allowed > 0.5)
    if len(xs) < 30:
        return out, mask, names
    room = np.sqrt(len(xs))
    count = int(rng.choice([1, 1, 1, 1, 2, 3])) if count is None else count
    for _ in range(count):
        for _ in range(5):
            kind = pick(rng, weights)
            k = rng.integers(len(xs))
            scale = log_uniform(rng, scale_range[0], min(scale_range[1], max(scale_range[0] + 1, room * 0.35))) * size / 288
            changed, alpha = MAKERS[kind](rng, out, (float(xs[k]), float(ys[k])), scale, allowed)
            difference = np.abs(changed - out).max(2)
            seen = (difference > 0.5 * contrast) & (alpha > 0.3)
            region = (alpha > 0.4) & (allowed > 0.3)
            if seen.sum() >= max(10, 0.35 * region.sum()) and difference[seen].mean() > contrast:
                out, mask = changed.astype(np.float32), mask | region
                names.append(kind)
                break
    return out, mask, names
