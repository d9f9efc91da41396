"""What lives here: outlines of objects and how they are lit.
What may not: materials and defects.

An outline maker takes (rng, size, radius) and returns (mask, parts, name): mask float32 [size, size]; parts, the
masks of limbs that can be missing (possibly empty).
"""

import cv2
import numpy as np

from fields import blur, noise, pick, polygon, smoothstep


def _capsule(size, a, b, ra, rb):
    """A limb: circles of radius ra at a and rb at b with all between them."""
    mask = np.zeros((size, size), np.uint8)
    a, b = np.asarray(a, float), np.asarray(b, float)
    d = b - a
    n = np.array([-d[1], d[0]]) / (np.hypot(*d) + 1e-6)
    quad = np.stack([a + n * ra, b + n * rb, b - n * rb, a - n * ra])
    cv2.fillPoly(mask, [np.round(quad * 16).astype(np.int32).reshape(-1, 1, 2)], 255, cv2.LINE_AA, 4)
    for p, r in ((a, ra), (b, rb)):
        cv2.circle(mask, tuple(np.round(p * 16).astype(int).tolist()), int(r * 16), 255, -1, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def _contour(size, radius, r, aspect=1.0):
    t = np.linspace(0, 2 * np.pi, len(r), endpoint=False)
    return polygon(size, np.stack([size / 2 + radius * r * np.cos(t) * np.sqrt(aspect), size / 2 + radius * r * np.sin(t) / np.sqrt(aspect)], 1))


def superellipse(rng, size, radius):
    t = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    n = rng.choice([2, 2, 3, 4, 8])
    r = (np.abs(np.cos(t)) ** n + np.abs(np.sin(t)) ** n) ** (-1 / n)
    return _contour(size, radius * 0.9, r, np.exp(rng.normal(0, 0.3))), [], ["pill", "tile", "plate", "tablet", "button"]


def pebble(rng, size, radius):
    """Nut, biscuit, seed, stone: a smooth uneven outline."""
    t = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    r = 1 + sum(rng.normal(0, 0.22) / k * np.cos(k * t + rng.uniform(0, 6.28)) for k in range(2, 9))
    r = r + rng.normal(0, 0.012, 160) * rng.integers(0, 2)
    return _contour(size, radius * 0.9, np.clip(r, 0.5, 1.5), np.exp(rng.normal(0, 0.25))), [], ["nut", "biscuit", "bean", "stone", "seed", "candy"]


def regular(rng, size, radius):
    n = int(rng.integers(3, 9))
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    r = np.cos(np.pi / n) / np.cos((t % (2 * np.pi / n)) - np.pi / n)
    mask = _contour(size, radius, r)
    if rng.random() < 0.5:
        cv2.circle(mask, (size // 2, size // 2), int(radius * rng.uniform(0.2, 0.55)), 0.0, -1, cv2.LINE_AA)
    return blur(mask, 0.7), [], ["hexagon nut", "plate", "sign", "tile"]


def gear(rng, size, radius):
    n = int(rng.integers(7, 26))
    t = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    r = 0.86 + 0.12 * np.clip(np.cos(n * t) * rng.uniform(1.5, 5), -1, 1)
    mask = _contour(size, radius, r)
    cv2.circle(mask, (size // 2, size // 2), int(radius * rng.uniform(0.1, 0.5)), 0.0, -1, cv2.LINE_AA)
    return mask, [], ["gear", "wheel", "sprocket"]


def ring(rng, size, radius):
    mask = np.zeros((size, size), np.float32)
    c = (size // 2, size // 2)
    cv2.circle(mask, c, int(radius), 1.0, -1, cv2.LINE_AA)
    cv2.circle(mask, c, int(radius * rng.uniform(0.25, 0.8)), 0.0, -1, cv2.LINE_AA)
    return mask, [], ["ring", "washer", "seal", "gasket"]


def turned(rng, size, radius):
    """A profile of revolution seen from the side: bottle, screw, bolt, vial, pin."""
    n = int(rng.integers(2, 7))
    edges = np.sort(np.concatenate([[0, 1], rng.uniform(0.08, 0.92, n)]))
    widths = rng.uniform(0.15, 0.5, n + 1)
    y = np.linspace(0, 1, size)
    w = widths[np.clip(np.searchsorted(edges, y) - 1, 0, n)].astype(np.float32)
    w = cv2.GaussianBlur(w.reshape(-1, 1), (0, 0), max(0.5, size * rng.choice([0.002, 0.01, 0.03])), borderType=cv2.BORDER_REPLICATE).ravel()
    if rng.random() < 0.4:
        a, b = sorted(rng.uniform(0.1, 0.9, 2))
        thread = (y > a) & (y < b)
        w = w + thread * 0.03 * np.sign(np.sin(y * size / rng.uniform(1.5, 4)))
    top, bottom = size / 2 - radius, size / 2 + radius
    rows = np.linspace(top, bottom, size)
    pts = np.concatenate([np.stack([size / 2 - w * radius, rows], 1), np.stack([size / 2 + w * radius, rows], 1)[::-1]])
    return polygon(size, pts), [], ["bottle", "screw", "bolt", "vial", "pin", "valve"]


def figure(rng, size, radius):
    """A body with limbs: toy, insect, tool, fork, connector. Limbs come in mirrored pairs mostly."""
    c = np.array([size / 2, size / 2])
    body_length, body_width = radius * rng.uniform(0.4, 0.9), radius * rng.uniform(0.12, 0.35)
    mask = _capsule(size, c - [0, body_length / 2], c + [0, body_length / 2], body_width * rng.uniform(0.7, 1.2), body_width)
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        at = rng.uniform(-0.5, 0.5) * body_length
        angle, length = rng.uniform(-1.3, 1.3), radius * rng.uniform(0.35, 0.75)
        ra, rb = body_width * rng.uniform(0.25, 0.6), body_width * rng.uniform(0.15, 0.6)
        elbow = rng.normal(0, 0.7)
        for side in (-1, 1) if rng.random() < 0.85 else (rng.choice([-1, 1]),):
            tilt = angle + rng.normal(0, 0.15)
            start = c + [side * body_width * 0.4, at]
            mid = start + np.array([side * np.cos(tilt), np.sin(tilt)]) * length * 0.55
            end = mid + np.array([side * np.cos(tilt + elbow), np.sin(tilt + elbow)]) * length * 0.45
            parts.append(np.maximum(_capsule(size, start, mid, ra, (ra + rb) / 2), _capsule(size, mid, end, (ra + rb) / 2, rb)))
    if rng.random() < 0.7:
        head = c - [0, body_length / 2 + body_width * rng.uniform(0.6, 1.3)]
        parts.append(_capsule(size, head, head + [0, 1], *([body_width * rng.uniform(0.7, 1.4)] * 2)))
    for p in parts:
        mask = np.maximum(mask, p)
    return mask, parts, ["toy", "figure", "doll", "insect", "tool"]


def bracket(rng, size, radius):
    """A sheet part: rectangles joined, with holes."""
    mask = np.zeros((size, size), np.float32)
    parts = []
    c = size / 2
    for _ in range(int(rng.integers(2, 5))):
        w, h = radius * rng.uniform(0.3, 1.7), radius * rng.uniform(0.3, 1.0)
        if rng.random() < 0.5:
            w, h = h, w
        x, y = c + rng.uniform(-0.4, 0.4) * radius, c + rng.uniform(-0.4, 0.4) * radius
        part = np.zeros_like(mask)
        cv2.rectangle(part, (int(x - w / 2), int(y - h / 2)), (int(x + w / 2), int(y + h / 2)), 1.0, -1)
        parts.append(part)
        mask = np.maximum(mask, part)
    for _ in range(int(rng.integers(0, 6))):
        ys, xs = np.nonzero(mask > 0.5)
        k = rng.integers(len(xs))
        cv2.circle(mask, (int(xs[k]), int(ys[k])), int(radius * rng.uniform(0.04, 0.12)), 0.0, -1, cv2.LINE_AA)
    return blur(mask, 0.6), [], ["bracket", "metal part", "frame", "key", "plate"]


def sections(rng, size, radius):
    """Circles in a circle: cable, pipe bundle, tray."""
    mask = np.zeros((size, size), np.float32)
    c = size / 2
    n = int(rng.integers(2, 8))
    parts = []
    for k in range(n):
        a = 2 * np.pi * k / n
        r = radius * np.sin(np.pi / max(n, 3)) * 0.62
        part = np.zeros_like(mask)
        cv2.circle(part, (int(c + np.cos(a) * radius * 0.6), int(c + np.sin(a) * radius * 0.6)), int(r), 1.0, -1, cv2.LINE_AA)
        parts.append(part)
        mask = np.maximum(mask, part)
    if rng.random() < 0.5:
        cv2.circle(mask, (int(c), int(c)), int(radius), 1.0, max(2, int(radius * 0.12)), cv2.LINE_AA)
    return mask, parts, ["cable", "bundle", "tray", "connector"]


OUTLINES = {superellipse: 2, pebble: 3, regular: 1, gear: 0.7, ring: 1, turned: 1.5, figure: 2.5, bracket: 1.2, sections: 0.8}


def outline(rng, size, radius, kinds=OUTLINES):
    """A random outline, turned and moved: (mask, parts, name)."""
    maker = pick(rng, kinds)
    mask, parts, names = maker(rng, size, radius)
    angle = rng.choice([0, 90, rng.uniform(0, 360)], p=[0.25, 0.15, 0.6])
    room = max(0.0, size / 2 - radius * 1.05)
    m = cv2.getRotationMatrix2D((size / 2, size / 2), float(angle), 1.0)
    m[:, 2] += rng.uniform(-1, 1, 2) * room
    turn = lambda x: cv2.warpAffine(x, m, (size, size))
    return turn(mask), [turn(p) for p in parts], str(rng.choice(names))


def shade(rng, image, mask, relief):
    """Light a body as if it rose from its outline: (image, height field in 0..1)."""
    d = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    limit = max(d.max(), 1.0)
    h = np.sqrt(np.clip(1 - (1 - np.clip(d / (limit * rng.uniform(0.3, 1.0)), 0, 1)) ** 2, 0, 1))
    h = blur(h, 2.0 + limit * 0.06)
    gy, gx = np.gradient(h * limit * 0.8)
    a, up = rng.uniform(0, 6.28), rng.uniform(0.6, 1.6)
    norm = np.sqrt(gx**2 + gy**2 + 1)
    diffuse = np.clip((gx * np.cos(a) + gy * np.sin(a) + up) / norm / np.hypot(1, up), 0, 1.3)
    lit = image * (1 - relief + relief * 1.25 * diffuse)[..., None]
    if rng.random() < 0.5:
        half = np.array([np.cos(a), np.sin(a), 1.6])
        half /= np.linalg.norm(half)
        s = np.clip((gx * half[0] + gy * half[1] + half[2]) / norm, 0, 1) ** rng.uniform(20, 120)
        lit = lit + (s * rng.uniform(0.1, 0.9) * relief)[..., None]
    return np.clip(lit, 0, 1).astype(np.float32), h


def jagged_side(rng, size, through, angle, roughness):
    """1 on one side of a rough line through the point `through` (x, y): what a break leaves."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    u = (x - through[0]) * np.cos(angle) + (y - through[1]) * np.sin(angle)
    return smoothstep(u + noise(rng, size, size * 0.12, 4) * roughness, 0, 1.2)
