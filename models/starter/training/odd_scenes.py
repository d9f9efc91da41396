"""What lives here: strongly patterned surfaces and arrays whose only defect is a spot unlike the rest of the same picture.
What may not: anything of the sample set, surface defects (defects.py draws them).

Every pattern may look like damage in itself (spots, cracks, strokes, voids), and is normal as long as it is the same everywhere.
A maker takes (rng, size, odd) and returns (image float32 [S, S, 3] in 0..1, mask bool [S, S], name, material); called twice with
generators of the same seed it draws twins, since all that `odd` changes is drawn after the pattern from a second generator.
"""

import cv2
import numpy as np

from fields import blob, blur, colour, log_uniform, mix, noise, polyline, rotated, smoothstep, wander

SHEET = 512


def _sheet(rng, cell, octaves=1, stretch=(1.0, 1.0)):
    """Noise to be read at any coordinates; it repeats by mirroring."""
    f = noise(rng, SHEET, cell, octaves, stretch)
    f = (f - f.mean()) / (f.std() + 1e-6)
    return lambda x, y: cv2.remap(f, np.float32(x) + SHEET / 2, np.float32(y) + SHEET / 2, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def _cells(rng, spacing, regular):
    """Voronoi cells: (distance to the nearest seed, to the border, tone of the cell), read at any coordinates."""
    step = np.arange(0, SHEET, spacing)
    seeds = np.stack(np.meshgrid(step, step), -1).reshape(-1, 2) + rng.uniform(-0.5, 0.5, (len(step) ** 2, 2)) * spacing * (1 - regular)
    dots = np.full((SHEET, SHEET), 255, np.uint8)
    dots[np.clip(seeds[:, 1], 0, SHEET - 1).astype(int), np.clip(seeds[:, 0], 0, SHEET - 1).astype(int)] = 0
    far, label = cv2.distanceTransformWithLabels(dots, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    edge = (label != np.roll(label, 1, 0)) | (label != np.roll(label, 1, 1))
    border = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, 5)
    tone = rng.random(label.max() + 1).astype(np.float32)[label]

    def at(x, y):
        return [cv2.remap(np.float32(m), np.float32(x) + SHEET / 2, np.float32(y) + SHEET / 2, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101) for m in (far / spacing, border, tone)]

    return at


def _field(rng):
    """One family of patterns: (numbers that may be changed in a spot, draw(numbers, x, y) → about -1..1, names, material)."""
    kind = rng.choice(["veins", "clouds", "cells", "labyrinth", "lattice", "rings", "strokes", "weave", "halftone", "bricks", "crackle", "waves"])
    n = {"width": log_uniform(rng, 0.06, 0.4), "level": rng.uniform(-0.4, 0.6), "strength": rng.uniform(0.7, 1.4)}
    stretch = (1.0, log_uniform(rng, 1, 4))
    if kind == "veins":
        parts = [_sheet(rng, rng.uniform(30, 170), int(rng.integers(3, 6)), stretch) for _ in range(int(rng.integers(1, 4)))]
        patchy = _sheet(rng, 90, 2)
        return n, lambda p, x, y: p["strength"] * sum(2 * np.exp(-((s(x, y) / p["width"]) ** 2)) * np.clip(patchy(x, y) + 1, 0.1, 1.5) for s in parts) - 0.6, ("marble", "stone", "slab"), "stone"
    if kind == "clouds":
        s = _sheet(rng, log_uniform(rng, 8, 110), int(rng.integers(3, 7)), stretch)
        return n, lambda p, x, y: p["strength"] * np.tanh((s(x, y) - p["level"]) * 2), ("stone", "plaster", "concrete"), "stone"
    if kind in ("cells", "crackle"):
        spacing = log_uniform(rng, 10, 60)
        at = _cells(rng, spacing, rng.uniform(0, 0.9) if kind == "cells" else 0)
        wall = log_uniform(rng, 0.05, 0.2) * spacing if kind == "cells" else rng.uniform(1, 2.5)
        n["wall"], n["spread"] = wall, rng.uniform(0, 1.5)

        def draw(p, x, y):
            far, border, tone = at(x, y)
            return (tone - 0.5) * p["spread"] - p["strength"] * np.exp(-((border / p["wall"]) ** 2)) * 1.5 - far * 0.3 * p["strength"]

        return n, draw, ("tiles", "mosaic", "grid", "foam") if kind == "cells" else ("ceramic", "glaze", "leather"), "ceramic" if kind == "crackle" else None
    if kind == "labyrinth":
        c = log_uniform(rng, 5, 26)
        a, b = _sheet(rng, c, 1, stretch), _sheet(rng, c * 2.5, 1)
        return n, lambda p, x, y: p["strength"] * np.tanh((a(x, y) - 0.3 * b(x, y) - p["level"]) * 6), ("leather", "wallpaper", "surface"), None
    p0, skew = log_uniform(rng, 6, 46), rng.uniform(0.7, 1.4)
    wob = _sheet(rng, rng.uniform(40, 140), 2)
    much = rng.uniform(0, 5)
    if kind in ("lattice", "halftone", "bricks", "weave"):
        fine = _sheet(rng, 2.5, 2)

        def draw(p, x, y):
            u, v = (x + wob(x, y) * much) / p0, (y + wob(y, x) * much) / (p0 * skew)
            if kind == "halftone":
                u = u + (np.floor(v) % 2) / 2
                f = np.tanh((p["width"] + 0.15 - np.hypot(u % 1 - 0.5, v % 1 - 0.5)) * 12)
            elif kind == "bricks":
                u = u / 2 + (np.floor(v) % 2) / 2
                f = 1 - 2 * np.exp(-((np.minimum(np.minimum(u % 1, 1 - u % 1) * 2, np.minimum(v % 1, 1 - v % 1)) / (p["width"] * 0.5)) ** 2))
            elif kind == "weave":
                over = (np.floor(u) + np.floor(v)) % 2
                f = np.where(over > 0, np.sin(np.pi * (v % 1)) * 1.2, np.sin(np.pi * (u % 1)) * 0.8) * 1.6 - 1
            else:
                f = np.cos(6.28 * u) + np.cos(6.28 * v) * p["level"]
            return p["strength"] * f + fine(x, y) * 0.12

        names = {"weave": ("fabric", "cloth", "canvas"), "halftone": ("print", "perforated sheet", "packaging"), "bricks": ("brick wall", "tiles")}
        return n, draw, names.get(kind, ("patterned tile", "wallpaper", "grid")), "fabric" if kind == "weave" else None
    if kind == "rings":
        cx, cy, k = *rng.normal(0, 400, 2), log_uniform(rng, 5, 24)
        fine = _sheet(rng, 3, 2, (1, 12))
        return n, lambda p, x, y: p["strength"] * (np.cos((np.hypot(x - cx, y - cy) + wob(x, y) * much * 3) / k * 6.28) + fine(x, y) * 0.3), ("wood", "board", "veneer"), "wood"
    if kind == "strokes":
        s = _sheet(rng, log_uniform(rng, 2, 5), 2, (1, rng.uniform(8, 60)))
        return n, lambda p, x, y: p["strength"] * s(x, y) * 0.7, ("metal", "steel sheet", "aluminium plate"), "metal"
    k = log_uniform(rng, 6, 30)
    return n, lambda p, x, y: p["strength"] * np.sin(y / k * 6.28 + wob(x, y) * BEND), ("corduroy", "cardboard", "sheet"), None


BEND = 2.1  # how far waves bend


def _palette(rng):
    hue = rng.uniform(0, 180) if rng.random() < 0.6 else None
    low, high = (0.05, 0.6), (0.4, 1)
    grey = (0, 0.15) if rng.random() < 0.35 else (0, 0.8)
    return np.stack([colour(rng, grey, low, hue), colour(rng, grey, (0.2, 0.8), hue), colour(rng, grey, high, hue)])


def _paint(f, palette):
    t = np.clip(f * 0.5 + 0.5, 0, 1) * 2
    low, high = np.clip(1 - t, 0, 1)[..., None], np.clip(t - 1, 0, 1)[..., None]
    return (palette[0] * low + palette[1] * (1 - low - high) + palette[2] * high).astype(np.float32)


def statistics(image, sigma):
    """Local means, spreads and directions [S, S, 8]: what block statistics see."""
    g = image.mean(2)
    gy, gx = np.gradient(g)
    wide = blur(g, 2.5)
    wy, wx = np.gradient(wide)
    parts = [g, image[..., 0] - g, image[..., 2] - g, np.abs(g - blur(g, sigma)), gx * gx, gy * gy, gx * gy, wx * wx + wy * wy]
    return np.stack([blur(np.float32(p), sigma) for p in parts], -1)


def stands_out(good, bad, mask):
    """How many of the good picture's own deviations the spot's statistics lie off its mean (the largest of eight)."""
    area = mask.sum()
    if area < 40:
        return 0.0
    sigma = float(np.clip(np.sqrt(area) * 0.28, 2, 14))
    reference, spot = statistics(good, sigma), statistics(bad, sigma)
    inside = cv2.erode(mask.astype(np.uint8), np.ones((3, 3))) > 0
    inside = inside if inside.any() else mask
    return float((np.abs(spot[inside].mean(0) - reference.mean((0, 1))) / (reference.std((0, 1)) + 1e-4)).max())


def field_scene(rng, size, odd):
    numbers, draw, names, material = _field(rng)
    palette, angle, zoom = _palette(rng), rng.uniform(0, 3.14), log_uniform(rng, 0.7, 1.4)
    u, v = rotated(size, angle)
    u, v = u * zoom + rng.uniform(-80, 80), v * zoom + rng.uniform(-80, 80)
    name, soft = str(rng.choice(names)), rng.uniform(0, 1)
    light = 1 + rotated(size, rng.uniform(0, 6.28))[0] / size * rng.uniform(0, 0.5)
    grain = rng.standard_normal((size, size, 1), np.float32) * rng.uniform(0, 0.03)
    other, second = _field(rng), np.random.default_rng(int(rng.integers(1 << 31)))

    def finish(image):
        return np.clip(blur(image, soft) * light[..., None] + grain, 0, 1).astype(np.float32)

    good = finish(_paint(draw(numbers, u, v), palette))
    if not odd:
        return good, np.zeros((size, size), bool), name, material
    for _ in range(6):
        at, scale = second.uniform(0.06, 0.94, 2) * size, log_uniform(second, 8, 60)
        alpha = blur(blob(second, size, at, scale, second.uniform(0.2, 1)), second.uniform(0.4, 2))
        kind = second.choice(["zoom", "turn", "numbers", "numbers", "palette", "smooth", "other", "melt", "tone", "stripe"])
        p, colours, x, y = dict(numbers), palette, u, v
        f = None
        if kind == "zoom":
            k = second.choice([second.uniform(0.4, 0.65), second.uniform(1.5, 2.4)])
            x, y = u * k, v * k
        elif kind == "turn":
            a = second.uniform(0.5, 1.57)
            x, y = u * np.cos(a) + v * np.sin(a), -u * np.sin(a) + v * np.cos(a)
        elif kind == "numbers":
            k = str(second.choice(list(p)))
            p[k] = p[k] * second.choice([0.25, 0.45, 2, 3.2]) + (second.choice([-0.8, 0.8]) if k == "level" else 0)
        elif kind == "palette":
            colours = _palette(second) * 0.6 + palette * 0.4
        elif kind == "smooth":
            f = draw(p, u, v)
            f = np.full_like(f, f[alpha > 0.3].mean() if (alpha > 0.3).any() else 0) + second.normal(0, 0.1)
        elif kind == "other":
            f = other[1](other[0], u, v)
        elif kind == "melt":
            x, y = u + noise(second, size, scale, 2) * scale * 1.2, v + noise(second, size, scale, 2) * scale * 1.2
        elif kind == "tone":
            colours = np.clip(palette * second.uniform(0.5, 1.5) + second.normal(0, 0.08, 3), 0, 1)
        else:
            alpha = polyline(size, wander(second, tuple(at), second.uniform(0, 6.28), second.uniform(40, 200), 5, 0.08), second.uniform(3, 12))
            f = draw(p, v, u) * 0.5 + second.choice([-0.8, 0.8])
        bad = finish(mix(_paint(draw(numbers, u, v), palette), _paint(draw(p, x, y) if f is None else f, colours), alpha))
        mask = alpha > 0.4
        if stands_out(good, bad, mask) > 2.5 and np.abs(bad - good)[mask].mean() > 0.04:
            return bad, mask, name, material
    return good, np.zeros((size, size), bool), name, material


def _stamp(layer, kind, x, y, angle, r, thick):
    c, s = np.cos(angle), np.sin(angle)
    fixed = lambda *points: np.round(np.array(points) * 16).astype(np.int32).reshape(-1, 1, 2)
    if kind == "dot":
        cv2.circle(layer, (int(x * 16), int(y * 16)), int(r * 10), 255, -1, cv2.LINE_AA, 4)
    elif kind == "ring":
        cv2.circle(layer, (int(x * 16), int(y * 16)), int(r * 16), 255, thick, cv2.LINE_AA, 4)
    elif kind == "square":
        cv2.fillPoly(layer, [fixed(*[(x + r * (a * c - b * s), y + r * (a * s + b * c)) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])], 255, cv2.LINE_AA, 4)
    elif kind == "zigzag":
        cv2.polylines(layer, [fixed(*[(x + r * (t * c - 0.5 * (-1) ** k * s), y + r * (t * s + 0.5 * (-1) ** k * c)) for k, t in enumerate((-1.5, -0.5, 0.5, 1.5))])], False, 255, thick, cv2.LINE_AA, 4)
    elif kind == "letter":
        cv2.putText(layer, chr(65 + int(abs(angle) * 50) % 26), (int(x - r), int(y + r)), 0, r / 11, 255, thick, cv2.LINE_AA)
    else:
        cv2.polylines(layer, [fixed((x - r * 1.6 * c, y - r * 1.6 * s), (x + r * 1.6 * c, y + r * 1.6 * s))], False, 255, thick, cv2.LINE_AA, 4)


def scatter_scene(rng, size, odd):
    """Hundreds of marks, each of which would be damage on a bare surface, strewn evenly or in rows; odd: a spot of other marks."""
    kinds = ["dot", "ring", "square", "zigzag", "line", "letter"]
    kind, r, thick = str(rng.choice(kinds)), log_uniform(rng, 2.5, 13), int(rng.integers(1, 4))
    gap = r * rng.uniform(2.4, 4.5)
    base, spread = rng.uniform(0, 6.28), rng.choice([0.1, 0.4, 3.2])
    jitter = rng.choice([0.02, 0.15, 0.5])
    k = np.arange(-gap, size + gap, gap)
    points = np.stack(np.meshgrid(k, k), -1).reshape(-1, 2)
    points[:, 0] += (np.arange(len(points)) // len(k) % 2) * gap / 2 * rng.integers(2)
    points = points + rng.normal(0, jitter * gap, points.shape)
    angles, radii = base + rng.uniform(-spread, spread, len(points)), r * np.exp(rng.normal(0, rng.choice([0.02, 0.25]), len(points)))
    keep = rng.random(len(points)) < rng.uniform(0.6, 1.0)
    ground, ink = colour(rng, (0, 0.7), (0.1, 1)), colour(rng, (0, 0.8), (0, 1))
    if np.abs(ground - ink).mean() < 0.2:
        ink = (ground + 0.5) % 1
    rough = noise(rng, size, log_uniform(rng, 3, 80), 3)[..., None] * rng.uniform(0, 0.2)
    soft, light = rng.uniform(0.2, 1), (1 + rotated(size, rng.uniform(0, 6.28))[0] / size * rng.uniform(0, 0.5))[..., None]
    name = str(rng.choice(["print", "wallpaper", "patterned paper", "fabric", "surface", "packaging", "panel"]))
    second = np.random.default_rng(int(rng.integers(1 << 31)))

    def render(change=None, region=None):
        layer, kinds_here = np.zeros((size, size), np.uint8), np.zeros(len(points), bool) if region is None else region
        extra = np.zeros((size, size), np.uint8)
        for i in np.flatnonzero(keep | (kinds_here & (change == "fill"))):
            how, a, rad, t, target = kind, angles[i], radii[i], thick, layer
            if kinds_here[i] and change is not None:
                if change == "gone":
                    continue
                how = change if change in kinds else kind
                a = a + 1.2 if change == "turn" else a
                rad = rad * {"large": 1.9, "small": 0.5, "fill": 1.5}.get(change, 1)
                target = extra if change == "ink" else layer
            _stamp(target, how, *points[i], a, rad, t)
        image = np.broadcast_to(ground, (size, size, 3)) * (1 + rough)
        image = mix(image, np.broadcast_to(ink, image.shape), layer / 255.0)
        return mix(image, np.broadcast_to(ink[::-1] * 0.4 + 0.6 * (1 - ink), image.shape), extra / 255.0)

    good = np.clip(blur(np.float32(render()), soft) * light, 0, 1).astype(np.float32)
    nothing = np.zeros((size, size), bool)
    if not odd:
        return good, nothing, name, None
    for _ in range(6):
        at, scale = second.uniform(0.08, 0.92, 2) * size, log_uniform(second, max(8, gap * 0.6), max(50, gap * 1.5))
        spot = blob(second, size, at, scale, 0.4)
        inside = spot[np.clip(points[:, 1], 0, size - 1).astype(int), np.clip(points[:, 0], 0, size - 1).astype(int)] > 0.5
        change = str(second.choice(["gone", "turn", "large", "small", "fill", "ink", *[q for q in kinds if q != kind]]))
        bad = np.clip(blur(np.float32(render(change, inside)), soft) * light, 0, 1).astype(np.float32)
        changed = cv2.dilate((np.abs(bad - good).max(2) > 0.06).astype(np.uint8), np.ones((5, 5))) > 0
        mask = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, cv2.getStructuringElement(2, (int(gap) | 1, int(gap) | 1))) > 0
        if stands_out(good, bad, mask) > 2.0:
            return bad, mask, name, None
    return good, nothing, name, None


def array_scene(rng, size, odd):
    """Rows of like parts seen in visible light or through them: pins, balls, pads, holes, bubbles. Odd: one unlike the others."""
    through = rng.random() < 0.5
    gap = log_uniform(rng, 16, 62)
    angle, turn = rng.normal(0, 0.05), rng.random() < 0.3
    u, v = rotated(size, angle)
    u, v = u + rng.uniform(-20, 20), v + rng.uniform(-20, 20)
    row = np.floor(v / gap)
    u = u + (row % 2) * gap / 2 * turn
    column = np.floor(u / gap)
    fu, fv = (u / gap % 1 - 0.5), (v / gap % 1 - 0.5)
    square = rng.choice([2, 2, 2, 4, 10])
    radius, dome, shine = rng.uniform(0.25, 0.46), rng.uniform(0, 0.8), rng.uniform(0, 0.5)
    tones = rng.normal(0, rng.uniform(0, 0.06), (64, 64))[row.astype(int) % 64, column.astype(int) % 64]
    ground = colour(rng, (0, 0.1 if through else 0.8), (0.4, 0.9) if through else (0.05, 0.9))
    part = ground * rng.uniform(0.1, 0.5) if through else colour(rng, (0, 0.6), (0.1, 1))
    if np.abs(ground - part).mean() < 0.2:
        part = (ground + 0.5) % 1
    back = noise(rng, size, log_uniform(rng, 10, 150), 3) * rng.uniform(0, 0.12)
    tracks = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(0, 7)) if through else 0):
        tracks = np.maximum(tracks, polyline(size, wander(rng, tuple(rng.uniform(0, size, 2)), rng.choice([0, 0.785, 1.571]), rng.uniform(60, 300), 20, 0), rng.uniform(2, 9)))
    soft, grain = rng.uniform(0.3, 1.6), rng.standard_normal((size, size, 1), np.float32) * rng.uniform(0, 0.05)
    every_void = rng.random() < 0.15  # where each has a pale middle, one without is odd
    name = str(rng.choice(["circuit board", "board", "module", "grid"] if not through else ["X-ray image", "circuit board", "grid"]))
    second = np.random.default_rng(int(rng.integers(1 << 31)))
    rows, columns = np.unique(row[8:-8, 8:-8]), np.unique(column[8:-8, 8:-8])
    mine = (row == second.choice(rows)) & (column == second.choice(columns)) if odd else np.zeros((size, size), bool)
    kind = str(second.choice(["void", "void", "voids", "gone", "large", "small", "shifted", "pale", "oval", "bridge"])) if odd else ""

    def shape(x, y, r):
        d = (np.abs(x) ** square + np.abs(y) ** square) ** (1 / square)
        return smoothstep((r - d) * gap, 0, 1.5), d / r

    def build(kind):
        x, y, r = fu.copy(), fv.copy(), np.full_like(fu, radius)
        if kind == "large":
            r = np.where(mine, min(0.5, radius * 1.4), r)
        elif kind == "small":
            r = np.where(mine, radius * 0.6, r)
        elif kind == "shifted":
            x, y = x - mine * 0.17, y + mine * 0.13
        elif kind == "oval":
            x, y = np.where(mine, x * 0.75, x), np.where(mine, y * 1.5, y)
        body, d = shape(x, y, r)
        body = np.where(mine, body * {"gone": 0.0, "pale": 0.45}.get(kind, 1.0), body)
        level = (1 - dome * np.clip(d, 0, 1) ** 2) if not through else (0.35 + 0.65 * np.sqrt(np.clip(1 - (dome * d) ** 2, 0, 1)))
        base = np.broadcast_to(ground, (size, size, 3)) * (1 + back - 0.25 * tracks)[..., None]
        tone = np.clip(part * (1 + tones[..., None]), 0, 1)
        image = mix(base, tone * level[..., None], body) if not through else base * (1 - (1 - tone / (ground + 1e-3)) * (body * level)[..., None])
        hole = np.zeros((size, size), np.float32)
        if every_void:
            hole = np.where(mine & (kind == "void"), 0, shape(fu, fv, radius * 0.35)[0]) * 0.8
        elif kind in ("void", "voids"):
            offsets = void_places[: 1 if kind == "void" else 4]
            hole = np.max([shape(fu - a, fv - b, radius * k)[0] for a, b, k in offsets], axis=0) * mine * body * 0.9
        image = mix(image, np.clip(tone * 0.3 + base * 0.8, 0, 1), hole)
        if kind == "bridge":
            near = (np.abs(fv) < radius * 0.45) & ((u / gap - 0.5 - column[mine].mean()) > 0) & ((u / gap - 0.5 - column[mine].mean()) < 1) & (row == row[mine][0])
            image = mix(image, tone * (0.9 if not through else 1), blur(near.astype(np.float32), 1) * (1 - body))
        if not through:
            image = image + (np.exp(-(((fu + 0.1) ** 2 + (fv + 0.1) ** 2) / 0.008)) * shine * body)[..., None]
        return np.clip(blur(np.float32(image), soft) + grain, 0, 1).astype(np.float32)

    void_places = [(*second.uniform(-0.45, 0.45, 2) * radius, k) for k in second.uniform(0.22, 0.55, 4)]
    good, material = build(""), "scan" if name == "X-ray image" else None
    if not odd or not mine.any():
        return good, np.zeros((size, size), bool), name, material
    bad = build(kind)
    mask = blur((np.abs(bad - good).max(2) > 0.05).astype(np.float32), 0.8) > 0.4
    if mask.sum() < 16:
        return good, np.zeros((size, size), bool), name, material
    return bad, mask, name, material


SCENES = {field_scene: 0.52, scatter_scene: 0.22, array_scene: 0.26}


def odd_scene(rng, size, odd):
    makers = list(SCENES)
    return makers[rng.choice(len(makers), p=np.array(list(SCENES.values())))](rng, size, odd)
