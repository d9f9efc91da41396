"""What lives here: whole pictures put together from materials, outlines and defects, with harmless variation.
What may not: captions, files.

A scene takes (rng, size, abnormal) and returns (image float32 [S, S, 3], mask bool [S, S], name, defect names).
"""

import cv2
import numpy as np

import materials
import scans
import shapes
from defects import WEIGHTS, add_defects
from fields import blob, blur, colour, log_uniform, mix, noise, pick, polygon, polyline, rotated, smoothstep, wander

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def harmless(rng, image):
    """What a good picture may hold as well: light from a side, highlights, seams, marks, even wear."""
    size = image.shape[0]
    if rng.random() < 0.6:
        u, _ = rotated(size, rng.uniform(0, 6.28))
        image = image * (1 + u / size * rng.uniform(0, 0.7))[..., None]
    if rng.random() < 0.25:
        image = image + (np.exp(-((noise(rng, size, size * rng.uniform(0.3, 1), 1) - rng.uniform(-0.3, 0.6)) ** 2) * rng.uniform(3, 20)) * rng.uniform(0.05, 0.4))[..., None]
    if rng.random() < 0.15:
        # a seam, edge or joint right across: part of the design
        angle = rng.choice([0, np.pi / 2, rng.uniform(0, 3.14)])
        _, v = rotated(size, angle)
        at = rng.uniform(-0.45, 0.45) * size
        if rng.random() < 0.5:
            image = image * (1 - 0.6 * rng.uniform(0.2, 1) * np.exp(-(((v - at) / rng.uniform(1, 4)) ** 2)))[..., None]
        else:
            image = mix(image, np.clip(image * rng.uniform(0.4, 1.5), 0, 1), smoothstep(v, at, rng.uniform(1, 12)))
    if rng.random() < 0.12:
        image = mark(rng, image)
    return np.clip(image, 0, 1).astype(np.float32)


def mark(rng, image, at=None, height=None):
    """Printed letters or a frame."""
    size = image.shape[0]
    layer = np.zeros((size, size), np.uint8)
    text = "".join(rng.choice(list(LETTERS), int(rng.integers(1, 9))))
    scale = rng.uniform(0.4, 2.2) if height is None else height
    at = (int(rng.uniform(0, 0.6) * size), int(rng.uniform(0.15, 0.95) * size)) if at is None else at
    cv2.putText(layer, text, at, int(rng.choice([0, 2, 3, 4, 6])), scale, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    return mix(image, np.broadcast_to(colour(rng), image.shape), layer.astype(np.float32) / 255 * rng.uniform(0.5, 1)).astype(np.float32)


def camera(rng, image):
    """Lens, sensor and file: the same for good and bad."""
    if rng.random() < 0.5:
        image = blur(image, rng.uniform(0.2, 1.3))
    if rng.random() < 0.3:
        image = image * colour(rng, (0, 0.25), (0.85, 1))
    if rng.random() < 0.35:
        image = np.clip(image, 1e-3, 1) ** log_uniform(rng, 0.65, 1.5)
    image = image + rng.standard_normal(image.shape, np.float32) * rng.uniform(0, 0.03) * (rng.random() < 0.6)
    out = (np.clip(image, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 97))])[1], cv2.IMREAD_COLOR)
    return out


def surface_scene(rng, size, abnormal, weights=materials.SURFACES, defect_weights=WEIGHTS):
    image, kind = materials.surface(rng, size, weights)
    image = harmless(rng, image)
    mask, names = np.zeros((size, size), bool), []
    if abnormal:
        image, mask, names = add_defects(rng, image, np.ones((size, size), np.float32), defect_weights)
    return image, mask, str(rng.choice(materials.NAMES[kind])), names


METAL = {"metal_turned": 4, "metal_brushed": 1, "metal_cast": 1}
METAL_DEFECTS = {"pits": 6, "scratch": 2, "crack": 1, "stain": 1.5, "hole": 0.6, "discolouration": 1, "worn": 0.5, "bend": 0.5, "fibre": 0.3, "foreign": 0.6}


def metal_scene(rng, size, abnormal):
    """Large smooth metal with reflections; a groove or an edge against the background is normal."""
    image, kind = materials.surface(rng, size, METAL)
    allowed = np.ones((size, size), np.float32)
    if rng.random() < 0.4:
        _, v = rotated(size, rng.choice([0, np.pi / 2]) + rng.normal(0, 0.05))
        v = v + noise(rng, size, 90, 1) * rng.uniform(0, 8)
        half = size * rng.uniform(0.3, 0.48)
        inside = smoothstep(half - np.abs(v), 0, 1.5)
        profile = np.sqrt(np.clip(1 - (v / half) ** 2, 0.02, 1))
        image = mix(materials.surface(rng, size, materials.BACKGROUNDS)[0], image * (0.35 + 0.65 * profile)[..., None], inside)
        allowed = (inside > 0.95).astype(np.float32)
    image = harmless(rng, image)
    mask, names = np.zeros((size, size), bool), []
    if abnormal:
        image, mask, names = add_defects(rng, image, allowed, METAL_DEFECTS)
    return image, mask, str(rng.choice(materials.NAMES[kind])), names


def decorate(rng, image, mask, parts):
    """Features that belong to an object: chips in dough, eyes, stripes, print, holes."""
    size = image.shape[0]
    kind = rng.choice(["none", "spots", "print", "stripe", "eyes"], p=[0.4, 0.22, 0.14, 0.14, 0.1])
    ys, xs = np.nonzero(mask > 0.5)
    if kind == "spots":
        c = colour(rng)
        for _ in range(int(rng.integers(2, 16))):
            k = rng.integers(len(xs))
            spot = blob(rng, size, (xs[k], ys[k]), log_uniform(rng, 2, 10) * size / 288, 0.5)
            image = mix(image, np.broadcast_to(c * rng.uniform(0.7, 1.2), image.shape), blur(spot, 0.7) * mask * rng.uniform(0.6, 1))
            if rng.random() < 0.4:
                image = image + (np.clip(np.roll(spot, (-1, -1), (0, 1)) - spot, 0, 1) * 0.3 * mask)[..., None]
    elif kind == "print":
        k = rng.integers(len(xs))
        image = mix(image, mark(rng, image, (int(xs[k]) - 20, int(ys[k])), rng.uniform(0.3, 1)), mask)
    elif kind == "stripe":
        _, v = rotated(size, rng.uniform(0, 3.14))
        at = rng.uniform(-0.2, 0.2) * size
        image = mix(image, np.broadcast_to(colour(rng), image.shape), smoothstep(rng.uniform(3, 18) - np.abs(v - at), 0, 1) * mask * rng.uniform(0.5, 1))
    elif kind == "eyes" and parts:
        y, x = [int(v.mean()) for v in np.nonzero(parts[-1] > 0.5)] if (parts[-1] > 0.5).any() else (size // 2, size // 2)
        for side in (-1, 1):
            spot = blob(rng, size, (x + side * size * 0.025, y), size * 0.014, 0.2)
            image = mix(image, np.broadcast_to(colour(rng, (0.5, 1)), image.shape), spot)
    return np.clip(image, 0, 1).astype(np.float32)


def break_off(rng, mask, parts):
    """Take material away: a lost limb, a bite, a gap, half of the body. Returns (what is gone, name)."""
    size = mask.shape[0]
    ys, xs = np.nonzero(mask > 0.5)
    area = len(xs)
    radius = np.sqrt(area / np.pi)
    kind = pick(rng, {"limb": 3 if parts else 0, "bite": 2, "gap": 2, "half": 0.8, "chip": 1.2})
    if kind == "limb":
        gone = np.zeros_like(mask)
        for k in rng.permutation(len(parts))[: int(rng.choice([1, 1, 1, 2]))]:
            others = np.max([p for i, p in enumerate(parts) if i != k], axis=0) if len(parts) > 1 else np.zeros_like(mask)
            py, px = np.nonzero(parts[k] > 0.5)
            if len(px) < 20:
                continue
            centre, body = np.array([px.mean(), py.mean()]), np.array([xs.mean(), ys.mean()])
            d = centre - body
            reach = np.hypot(px - body[0], py - body[1])
            cut = body + d / (np.hypot(*d) + 1e-6) * np.quantile(reach, rng.uniform(0.1, 0.75))
            side = shapes.jagged_side(rng, size, cut, np.arctan2(d[1], d[0]), rng.uniform(1, 7))
            gone = np.maximum(gone, parts[k] * side * (1 - others * (rng.random() < 0.5)))
        return gone * mask, "missing part"
    edge = cv2.morphologyEx((mask > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    ey, ex = np.nonzero(edge)
    k = rng.integers(len(ex))
    at = np.array([ex[k], ey[k]], float)
    inward = np.array([xs.mean(), ys.mean()]) - at
    angle = np.arctan2(inward[1], inward[0])
    rough = noise(rng, size, max(radius * 0.3, 6), 4)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    if kind in ("bite", "chip"):
        r = radius * (rng.uniform(0.3, 0.85) if kind == "bite" else rng.uniform(0.12, 0.35))
        gone = smoothstep(r * (1 + 0.35 * rough) - np.hypot(x - at[0], y - at[1]), 0, 1.2)
    elif kind == "gap":
        a = angle + rng.normal(0, 0.35)
        u, v = (x - at[0]) * np.cos(a) + (y - at[1]) * np.sin(a), -(x - at[0]) * np.sin(a) + (y - at[1]) * np.cos(a)
        length = radius * rng.uniform(0.7, 2.6)
        width = radius * rng.uniform(0.04, 0.4) * np.clip(1 - u / length, 0, 1) ** rng.uniform(0.4, 1.2)
        gone = smoothstep(width - np.abs(v + rough * radius * rng.uniform(0.05, 0.3)), 0, 1.2) * (u > -radius) * (u < length)
    else:
        through = np.array([xs.mean(), ys.mean()]) + rng.normal(0, radius * 0.3, 2)
        gone = shapes.jagged_side(rng, size, through, rng.uniform(0, 6.28), rng.uniform(1, 9))
    return (gone * mask).astype(np.float32), {"bite": "broken edge", "chip": "chip", "gap": "crack", "half": "broken"}[kind]


def place(rng, back, body, mask, shadow=True):
    size = back.shape[0]
    if shadow and rng.random() < 0.7:
        d = rng.integers(-9, 10, 2)
        s = blur(np.roll(mask, tuple(d), (0, 1)), rng.uniform(2, 10))
        back = back * (1 - s * rng.uniform(0.1, 0.6))[..., None]
    return mix(back, body, mask).astype(np.float32)


def backdrop(rng, size):
    back, _ = materials.surface(rng, size, materials.BACKGROUNDS)
    if rng.random() < 0.25:
        # a tray's rim, a table's edge
        _, v = rotated(size, rng.choice([0, np.pi / 2]) + rng.normal(0, 0.06))
        side = rng.choice([-1, 1])
        other = materials.surface(rng, size, materials.BACKGROUNDS)[0] if rng.random() < 0.5 else np.clip(back * rng.uniform(0.3, 1.6), 0, 1)
        back = mix(back, other, smoothstep(side * v, rng.uniform(0.3, 0.48) * size, rng.uniform(1, 10)))
    return back.astype(np.float32)


def object_scene(rng, size, abnormal, kinds=shapes.OUTLINES, bodies=materials.BODIES):
    back = backdrop(rng, size)
    if rng.random() < 0.2:
        # a neighbour that reaches into the frame is no defect
        stray, _, _ = shapes.outline(rng, size, size * rng.uniform(0.1, 0.25), {shapes.pebble: 1, shapes.superellipse: 1})
        stray = np.roll(stray, tuple((rng.choice([-1, 1], 2) * size * rng.uniform(0.42, 0.5, 2)).astype(int)), (0, 1))
        back = place(rng, back, materials.surface(rng, size, bodies)[0], stray)
    mask, parts, name = shapes.outline(rng, size, size * rng.uniform(0.2, 0.47), kinds)
    body, kind = materials.surface(rng, size, bodies)
    body, _ = shapes.shade(rng, body, mask, rng.uniform(0.1, 0.9))
    body = decorate(rng, body, mask, parts)
    truth, names = np.zeros((size, size), bool), []
    if abnormal and rng.random() < 0.5:
        gone, what = break_off(rng, mask, parts)
        if (gone > 0.5).sum() > 25:
            truth |= gone > 0.5
            left = mask * (1 - gone)
            rim = np.clip(blur(gone, rng.uniform(1.0, 3.5)), 0, 1) * left
            inner = np.clip(body * rng.uniform(0.4, 1.5) + 0.1 * rng.normal(0, 1) + noise(rng, size, 5, 2)[..., None] * 0.1, 0, 1)
            body = mix(body, inner, np.clip(rim * rng.uniform(0, 2), 0, 1))
            if rng.random() < 0.5:
                truth |= rim > 0.3
            mask = left
            names.append(what)
    if abnormal and (not names or rng.random() < 0.12):
        inside = cv2.erode((mask > 0.9).astype(np.float32), np.ones((3, 3)))
        body, m, more = add_defects(rng, body, inside, count=None)
        truth |= m
        names += more
    image = place(rng, back, body, mask)
    if abnormal and not names:
        image, truth, names = add_defects(rng, image, mask, {"stain": 1, "pits": 1, "scratch": 1})
    return harmless_light(rng, image), truth, name, names


def harmless_light(rng, image):
    if rng.random() < 0.4:
        u, _ = rotated(image.shape[0], rng.uniform(0, 6.28))
        image = image * (1 + u / image.shape[0] * rng.uniform(0, 0.5))[..., None]
    return np.clip(image, 0, 1).astype(np.float32)


def array_scene(rng, size, abnormal):
    """Equal things in rows; one is missing, turned, damaged, recoloured or of another kind."""
    back = backdrop(rng, size)
    rows, cols = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    if rng.random() < 0.2:
        rows = 1
    cell = int(size / max(rows, cols) * rng.uniform(0.8, 0.98))
    render = max(48, cell)
    def one():
        mask, parts, name = shapes.outline(rng, render, render * rng.uniform(0.3, 0.46))
        body, kind = materials.surface(rng, render, materials.BODIES)
        body, _ = shapes.shade(rng, body, mask, rng.uniform(0.1, 0.8))
        return decorate(rng, body, mask, parts), mask, parts, name
    body, mask, parts, name = one()
    odd = {(int(rng.integers(rows)), int(rng.integers(cols)))} if abnormal else set()
    image, truth, names = back, np.zeros((size, size), bool), []
    jitter, empty_ok = rng.uniform(0, 0.06) * cell, rng.uniform(0, 0.1)
    turn_all = rng.random() < 0.2
    y0, x0 = (size - rows * cell) // 2, (size - cols * cell) // 2
    for r in range(rows):
        for c in range(cols):
            b, m = body * rng.uniform(0.93, 1.07), mask
            turn = int(rng.integers(4)) if turn_all else 0
            t = None
            if (r, c) in odd:
                what = pick(rng, {"missing": 1.2, "turned": 0 if turn_all else 0.7, "damaged": 1.6, "recoloured": 0.9, "broken": 1, "other": 0.7})
                t = (m > 0.5).copy()
                if what == "missing":
                    m = np.zeros_like(m)
                elif what == "turned":
                    k = cv2.getRotationMatrix2D((render / 2, render / 2), rng.uniform(30, 330), 1)
                    b, m2 = cv2.warpAffine(b, k, (render, render), borderMode=cv2.BORDER_REFLECT_101), cv2.warpAffine(m, k, (render, render))
                    t |= m2 > 0.5
                    m = m2
                elif what == "damaged":
                    b, t, _ = add_defects(rng, b.astype(np.float32), m, scale_range=(10, 90))
                elif what == "recoloured":
                    b = np.clip(b[..., rng.permutation(3)] * rng.uniform(0.4, 1.5), 0, 1) if rng.random() < 0.5 else np.clip(b * 0.4 + 0.6 * colour(rng), 0, 1)
                    if np.abs(b - body)[m > 0.5].mean() < 0.07:
                        b = b * 0.35
                elif what == "broken":
                    gone, _ = break_off(rng, m, parts)
                    t, m = gone > 0.5, m * (1 - gone)
                else:
                    b, m, _, _ = one()
                    t |= m > 0.5
                names.append({"damaged": "defect", "other": "wrong part", "missing": "missing part"}.get(what, what + " part"))
            if turn:
                b, m, t = np.rot90(b, turn), np.rot90(m, turn), None if t is None else np.rot90(t, turn)
            y = int(np.clip(y0 + r * cell + (cell - render) / 2 + rng.normal(0, jitter), 0, size - render))
            x = int(np.clip(x0 + c * cell + (cell - render) / 2 + rng.normal(0, jitter), 0, size - render))
            window = image[y : y + render, x : x + render]
            image = image.copy() if r == c == 0 else image
            image[y : y + render, x : x + render] = mix(window, b, m)
            if t is not None:
                truth[y : y + render, x : x + render] |= t
    return harmless_light(rng, image.astype(np.float32)), truth, name + "s", names


def board_scene(rng, size, abnormal):
    """An assembled board: traces, pads, chips, print, in a layout with repeats; parts missing, askew, wrong, bridged."""
    image = mix(materials.surface(rng, size, {"plastic": 3, "photograph": 0.5, "wood": 0.3})[0], np.broadcast_to(colour(rng, (0.2, 1), (0.1, 0.7)), (size, size, 3)), np.full((size, size), 0.6, np.float32)).astype(np.float32)
    trace = np.clip(image * rng.uniform(1.2, 1.7) + 0.05, 0, 1)
    lines = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(5, 40))):
        p = rng.integers(0, size, 2)
        q = p + (rng.choice([[1, 0], [0, 1], [1, 1], [1, -1]]) * rng.integers(20, 160))
        cv2.line(lines, tuple(p.tolist()), tuple(q.tolist()), 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    image = mix(image, trace, lines.astype(np.float32) / 255)
    kinds = []
    for _ in range(int(rng.integers(2, 5))):
        w, h = int(log_uniform(rng, 8, 70)), int(log_uniform(rng, 8, 50))
        kinds.append((w, h, colour(rng, (0, 0.7), (0.03, 0.9)), colour(rng, (0, 0.3), (0.5, 1)), int(rng.integers(0, 8)), rng.random() < 0.3))
    layout = []
    taken = np.zeros((size, size), bool)
    for _ in range(int(rng.integers(5, 26))):
        k = int(rng.integers(len(kinds)))
        w, h = kinds[k][:2]
        x, y = int(rng.integers(4, max(5, size - w - 4))), int(rng.integers(4, max(5, size - h - 4)))
        step = int(rng.integers(4, 12))
        for n in range(int(rng.choice([1, 1, 2, 3, 5]))):
            xx, yy = x + n * (w + step), y
            if xx + w + 4 < size and not taken[max(0, yy - 3) : yy + h + 3, max(0, xx - 3) : xx + w + 3].any():
                taken[yy : yy + h, xx : xx + w] = True
                layout.append((k, xx, yy))
    truth, names = np.zeros((size, size), bool), []
    odd = int(rng.integers(len(layout))) if abnormal and layout and rng.random() < 0.6 else -1
    for n, (k, x, y) in enumerate(layout):
        w, h, body, pin, pins, circle = kinds[k]
        part = np.zeros((size, size), np.float32)
        if circle:
            cv2.ellipse(part, (x + w // 2, y + h // 2), (max(2, w // 2), max(2, h // 2)), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(part, (x, y), (x + w, y + h), 1.0, -1)
        pads = np.zeros((size, size), np.float32)
        for j in range(pins):
            px = x + int((j + 0.5) * w / pins)
            for py in (y - 3, y + h + 1):
                cv2.rectangle(pads, (px - 1, py), (px + 1, py + 3), 1.0, -1)
        c = body
        if n == odd:
            what = pick(rng, {"missing": 2, "askew": 1, "wrong": 1})
            truth |= part > 0.5
            names.append({"missing": "missing part", "askew": "misplaced part", "wrong": "wrong part"}[what])
            if what == "missing":
                part = part * 0
                for p in ((x, y + h // 2 - 2), (x + w - 4, y + h // 2 - 2)):
                    cv2.rectangle(pads, p, (p[0] + 4, p[1] + 4), 1.0, -1)
            elif what == "askew":
                m = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), rng.choice([-1, 1]) * rng.uniform(12, 90), 1)
                m[:, 2] += rng.normal(0, 4, 2)
                part = cv2.warpAffine(part, m, (size, size))
                truth |= part > 0.5
            else:
                c = colour(rng)
                if np.abs(c - body).max() < 0.25:
                    c = 1 - body
        image = mix(image, np.broadcast_to(pin, image.shape), pads)
        image = image * (1 - 0.4 * blur(np.roll(part, (2, 2), (0, 1)), 1.5) * (1 - part))[..., None]
        image = mix(image, np.broadcast_to(c, image.shape), part)
        if w > 30 and rng.random() < 0.5:
            image = mix(image, mark(rng, image, (x + 3, y + h // 2 + 3), 0.3), part)
    image = np.clip(image + rng.standard_normal((size, size, 1), np.float32) * 0.015, 0, 1).astype(np.float32)
    if abnormal and not names:
        image, truth, names = add_defects(rng, image, np.ones((size, size), np.float32))
    return harmless_light(rng, image), truth, str(rng.choice(["circuit board", "pcb", "board", "module"])), names


def label_scene(rng, size, abnormal):
    """A printed label or panel with lettering, frames and bars."""
    image, _ = materials.surface(rng, size, {"paper": 2, "plastic": 2, "metal_brushed": 1, "ceramic": 1, "photograph": 0.7})
    ink = colour(rng)
    layer = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(2, 9))):
        text = "".join(rng.choice(list(LETTERS), int(rng.integers(3, 14))))
        cv2.putText(layer, text, (int(rng.uniform(0, 0.5) * size), int(rng.uniform(0.1, 0.98) * size)), int(rng.choice([0, 2, 3, 4])), rng.uniform(0.35, 1.8), 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 4))):
        p, q = rng.integers(0, size, 2), rng.integers(0, size, 2)
        cv2.rectangle(layer, tuple(p.tolist()), tuple(q.tolist()), 255, int(rng.choice([1, 2, 3, -1], p=[0.35, 0.3, 0.2, 0.15])), cv2.LINE_AA)
    if rng.random() < 0.3:
        x = int(rng.uniform(0.1, 0.5) * size)
        y = int(rng.uniform(0.1, 0.7) * size)
        for _ in range(40):
            w = int(rng.integers(1, 5))
            cv2.rectangle(layer, (x, y), (x + w - 1, y + 50), 255, -1)
            x += w + int(rng.integers(1, 5))
    image = mix(image, np.broadcast_to(ink, image.shape), layer.astype(np.float32) / 255).astype(np.float32)
    mask, names = np.zeros((size, size), bool), []
    image = harmless_light(rng, image)
    if abnormal:
        near = cv2.dilate((layer > 128).astype(np.float32), np.ones((9, 9)))
        weights = {"worn": 2, "blur": 1, "displaced": 1.5, "stain": 1, "ink": 1, "scratch": 1, "foreign": 1, "bend": 1, "discolouration": 0.7, "crumbs": 0.5}
        image, mask, names = add_defects(rng, image, np.ones_like(near) if rng.random() < 0.5 else near, weights)
    return image, mask, str(rng.choice(["label", "print", "panel", "box", "packaging"])), names


SCENES = {
    "surface": (surface_scene, 0.30), "metal": (metal_scene, 0.10), "object": (object_scene, 0.32), "array": (array_scene, 0.08),
    "board": (board_scene, 0.06), "label": (label_scene, 0.05), "scan": (scans.scan, 0.09),
}


def compose(rng, size, abnormal, scenes=SCENES):
    """One picture: (uint8 [S, S, 3], mask bool, scene, name, defect names). What shows no defect counts as good."""
    kind = pick(rng, {k: w for k, (_, w) in scenes.items()})
    image, mask, name, names = scenes[kind][0](rng, size, abnormal)
    if kind != "scan" and rng.random() < 0.06:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    return camera(rng, image), mask & bool(names), kind, name, names
