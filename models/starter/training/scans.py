"""What lives here: grey scans of bodies that do not exist (CT-, MR-, X-ray- and ultrasound-like) and their lesions.
What may not: industrial scenes.
"""

import cv2
import numpy as np

from fields import blob, blur, grid, log_uniform, mix, noise, polygon, smoothstep


def _ellipse(size, c, r, angle):
    mask = np.zeros((size, size), np.float32)
    cv2.ellipse(mask, (int(c[0]), int(c[1])), (max(1, int(r[0])), max(1, int(r[1]))), float(np.degrees(angle)), 0, 360, 1.0, -1, cv2.LINE_AA)
    return mask


def head(rng, size):
    """Skull, brain, ventricles in mirrored pairs; bright or dark bone."""
    c = np.array([size / 2, size / 2]) + rng.normal(0, size * 0.02, 2)
    r = size * np.array([rng.uniform(0.3, 0.4), rng.uniform(0.36, 0.46)])
    tilt = rng.normal(0, 0.1)
    skull, inner = _ellipse(size, c, r, tilt), _ellipse(size, c, r * rng.uniform(0.86, 0.94), tilt)
    brain = rng.uniform(0.3, 0.6) + noise(rng, size, rng.uniform(10, 24), 3) * rng.uniform(0.02, 0.12)
    field = rng.uniform(0, 0.06) + skull * rng.uniform(0.1, 1.0)
    field = field * (1 - inner) + brain * inner
    for _ in range(int(rng.integers(1, 4))):
        d, level = rng.uniform(0.05, 0.4) * r, rng.uniform(-0.35, 0.25)
        size_of = r * rng.uniform(0.06, 0.3, 2)
        for side in (-1, 1):
            p = c + [side * d[0] + rng.normal(0, 1.5), d[1] * rng.choice([-1, 1]) * 0.5]
            field = field + blur(_ellipse(size, p, size_of * rng.uniform(0.9, 1.1, 2), side * rng.uniform(0, 0.6)), 1.5) * level * inner
    return field, cv2.erode(inner, np.ones((9, 9))), "brain scan"


def chest(rng, size):
    """Two dark lungs, ribs, heart."""
    field = rng.uniform(0.55, 0.85) + noise(rng, size, size * 0.4, 2) * 0.08
    lungs = np.zeros((size, size), np.float32)
    for side in (-1, 1):
        c = (size / 2 + side * size * rng.uniform(0.19, 0.23), size * rng.uniform(0.45, 0.55))
        lungs = np.maximum(lungs, _ellipse(size, c, (size * rng.uniform(0.13, 0.17), size * rng.uniform(0.27, 0.36)), side * rng.uniform(0, 0.2)))
    field = field - blur(lungs, 3) * rng.uniform(0.3, 0.5)
    y, x = grid(size)
    period = size * rng.uniform(0.07, 0.1)
    ribs = np.cos((y + ((x - size / 2) / size) ** 2 * size * rng.uniform(0.3, 0.9)) / period * 2 * np.pi)
    field = field + smoothstep(ribs, 0.5, 0.5) * rng.uniform(0.04, 0.12) * blur(lungs, 6)
    field = field + blur(_ellipse(size, (size * rng.uniform(0.5, 0.56), size * 0.62), (size * 0.1, size * 0.13), 0.4), 4) * 0.2
    return field + noise(rng, size, 8, 2) * 0.03, cv2.erode(lungs, np.ones((9, 9))), "chest X-ray"


def ultrasound(rng, size):
    """Speckle in a fan, layers, a dark rounded organ."""
    y, x = grid(size)
    depth = y / size
    field = 0.35 + 0.25 * noise(rng, size, 60, 2, (0.5, 2)) - depth * rng.uniform(0, 0.3)
    for _ in range(int(rng.integers(1, 5))):
        at = rng.uniform(0.1, 0.9) * size
        line = np.exp(-(((y - at - noise(rng, size, 120, 1) * 12) / rng.uniform(2, 7)) ** 2))
        field = field + line * rng.uniform(0.1, 0.4)
    speckle = blur(rng.exponential(1.0, (size, size)).astype(np.float32), rng.uniform(0.7, 1.4))
    field = field * (0.4 + 0.6 * speckle)
    angle = np.arctan2(x - size / 2, y + size * rng.uniform(0.1, 0.5))
    fan = smoothstep(rng.uniform(0.35, 0.8) - np.abs(angle), 0, 0.02) if rng.random() < 0.7 else np.ones((size, size), np.float32)
    return field * fan, cv2.erode((fan > 0.9).astype(np.float32), np.ones((15, 15))), "ultrasound image"


def slices(rng, size):
    """An abdomen- or knee-like slice: organs of many levels in one outline."""
    body = blob(rng, size, (size / 2, size / 2), size * rng.uniform(0.34, 0.44), 0.2, rng.uniform(0.9, 1.5))
    field = rng.uniform(0.2, 0.5) * body
    for _ in range(int(rng.integers(4, 12))):
        p = rng.uniform(0.25, 0.75, 2) * size
        field = mix(field[..., None], np.full((size, size, 1), rng.uniform(0.1, 0.9), np.float32), blur(blob(rng, size, p, size * rng.uniform(0.04, 0.14), 0.5), 1.2) * body)[..., 0]
    return field + noise(rng, size, 6, 2) * 0.04 * body, cv2.erode((body > 0.5).astype(np.float32), np.ones((15, 15))), "body scan"


def fundus(rng, size):
    """Endoscopy- or eye-like tissue: reddish, vessels, a soft vignette (in colour)."""
    from fields import polyline, wander

    field = 0.55 + noise(rng, size, size * 0.3, 3) * 0.12
    for _ in range(int(rng.integers(5, 16))):
        line = polyline(size, wander(rng, tuple(rng.uniform(0, size, 2)), rng.uniform(0, 6.28), rng.uniform(60, 220), 4, 0.2), rng.uniform(1, 3))
        field = field - blur(line, 0.8) * rng.uniform(0.05, 0.25)
    y, x = grid(size)
    r = np.hypot(x - size / 2, y - size / 2) / size
    disc = smoothstep(rng.uniform(0.45, 0.6) - r, 0, 0.05)
    return field * disc * (1.1 - 0.7 * r), cv2.erode((disc > 0.9).astype(np.float32), np.ones((15, 15))), "tissue image"


KINDS = (head, chest, ultrasound, slices, fundus)


def lesion(rng, field, allowed):
    """A nodule, bleed, tumour with ring, or dark cyst: (field, mask, name)."""
    size = field.shape[0]
    ys, xs = np.nonzero(allowed > 0.5)
    k = rng.integers(len(xs))
    at, scale = (float(xs[k]), float(ys[k])), log_uniform(rng, 5, 34) * size / 288
    shape = blob(rng, size, at, scale, rng.uniform(0.2, 0.9)) * allowed
    soft = blur(shape, rng.uniform(0.6, scale * 0.25 + 0.7)) * allowed
    kind = rng.choice(["nodule", "bleed", "tumour", "cyst"])
    here = (field * shape).sum() / (shape.sum() + 1e-6)
    step = rng.uniform(0.12, 0.5)
    if kind == "cyst" or here > 0.75:
        step = -step
    layer = here + step + noise(rng, size, scale * 0.6, 2) * (0.15 if kind == "tumour" else 0.05)
    out = field * (1 - soft) + layer * soft
    if kind == "tumour":
        out = out + np.clip(blur(shape, scale * 0.5) - soft, 0, 1) * allowed * step * 0.5
    return out, soft > 0.4, kind


def scan(rng, size, abnormal):
    """(image, mask, name, defect names)."""
    maker = KINDS[rng.integers(len(KINDS))]
    field, allowed, name = maker(rng, size)
    mask, names = np.zeros((size, size), bool), []
    if abnormal and (allowed > 0.5).sum() > 100:
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            field, m, kind = lesion(rng, field.astype(np.float32), allowed)
            mask |= m
            names.append(str(kind))
    field = field + rng.standard_normal((size, size), np.float32) * rng.uniform(0, 0.05)
    field = np.clip(blur(field.astype(np.float32), rng.uniform(0, 0.9)), 0, 1) ** log_uniform(rng, 0.7, 1.4)
    image = np.repeat(field[..., None], 3, 2)
    if maker is fundus:
        image = np.clip(image * np.array([rng.uniform(1.1, 1.5), rng.uniform(0.4, 0.8), rng.uniform(0.25, 0.6)], np.float32), 0, 1)
    return image.astype(np.float32), mask, name, names
