"""What lives here: the sample set, eight kinds of things and defects that training never shows.
What may not: anything imported by generate.py.

Usage: python make_samples.py OUT   writes OUT/<class>/test/{good,<defect>}/NNN.jpg, OUT/<class>/ground_truth/<defect>/NNN_mask.png
and OUT/meta.json (AnomalyCLIP's form). 48 pictures, half of them good; always the same ones. No photograph goes in.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from fields import blob, blur, colour, grid, mix, noise, polygon, polyline, rotated, smoothstep, wander

SIDE, SEED = 320, 77


def flat(c, size=SIDE):
    return np.broadcast_to(np.asarray(c, np.float32), (size, size, 3)).astype(np.float32).copy()


def knitted(rng, defect):
    """Rows of V-shaped stitches; a dropped stitch leaves a ladder, a pulled loop a lump."""
    y, x = grid(SIDE)
    period, row = 20.0, 13.0
    x = x + noise(rng, SIDE, 90, 1) * 2
    mask = np.zeros((SIDE, SIDE), bool)
    ladder = None
    if defect == "dropped_stitch":
        column = int(rng.integers(4, 12))
        y0 = rng.uniform(40, 150)
        ladder = (np.abs(x - (column + 0.5) * period) < period * 0.5) & (y > y0) & (y < y0 + rng.uniform(60, 130))
        mask = ladder
    if defect == "pulled_loop":
        at = rng.uniform(80, 240, 2)
        d = np.hypot(x - at[0], y - at[1])
        push = np.exp(-((d / 16) ** 2))
        mask = push > 0.35
        y = y + push * 14
        x = x + push * 6
    u = np.abs(x / period % 1 - 0.5) * 2
    v = (y / row + u * 0.9) % 1
    yarn = np.sin(np.pi * v) ** 0.7 * (0.55 + 0.45 * np.sin(np.pi * np.clip(u, 0.05, 1)))
    if ladder is not None:
        rungs = np.exp(-(((y / row % 1) - 0.5) / 0.16) ** 2)
        yarn = np.where(ladder, 0.15 + 0.5 * rungs, yarn)
    c = colour(rng, (0.1, 0.45), (0.45, 0.8))
    return flat(c) * (0.25 + 0.8 * yarn + rng.normal(0, 0.06, (SIDE, SIDE)))[..., None], mask, "sweater"


def marble(rng, defect):
    """Polished stone with veins; a spalled corner or a drip of glue."""
    f = noise(rng, SIDE, 150, 5)
    veins = np.exp(-((noise(rng, SIDE, 110, 4) / 0.05) ** 2)) * np.clip(noise(rng, SIDE, 90, 2) + 0.5, 0, 1)
    image = flat([0.86, 0.85, 0.83]) + (f * 0.05)[..., None] - veins[..., None] * np.array([0.35, 0.33, 0.3])
    mask = np.zeros((SIDE, SIDE), bool)
    if defect == "spalled_corner":
        corner = rng.choice([0, SIDE - 1], 2)
        y, x = grid(SIDE)
        r = np.abs(x - corner[0]) + np.abs(y - corner[1]) + noise(rng, SIDE, 30, 4) * 22
        gone = smoothstep(rng.uniform(60, 95) - r, 0, 2)
        rough = 0.62 + 0.25 * noise(rng, SIDE, 12, 4)
        image = mix(image, flat([0.95, 0.92, 0.86]) * rough[..., None], gone)
        mask = gone > 0.5
    elif defect == "glue_drip":
        at = (rng.uniform(70, 250), rng.uniform(30, 110))
        line = polyline(SIDE, wander(rng, at, np.pi / 2 + rng.normal(0, 0.12), rng.uniform(90, 160), 4, 0.07), 7)
        end = blur(np.maximum(line, blob(rng, SIDE, (at[0], at[1]), 13, 0.2, 1.0)), 1.5)
        gy, gx = np.gradient(blur(end, 3))
        image = mix(image, np.clip(flat([0.8, 0.76, 0.62]) + ((gx + gy) * 1.5)[..., None], 0, 1), np.clip(end * 1.3, 0, 1) * 0.75)
        mask = end > 0.4
    return image, mask, "stone slab"


def honeycomb(rng, defect):
    """A sandwich panel's core seen from above; cells crushed or filled with resin."""
    y, x = grid(SIDE)
    s = 30.0
    turn, shift = rng.normal(0, 0.06), rng.uniform(-10, 10, 2)
    x, y = (x - 160) * np.cos(turn) - (y - 160) * np.sin(turn) + 160 + shift[0], (x - 160) * np.sin(turn) + (y - 160) * np.cos(turn) + 160 + shift[1]
    x, y = x + noise(rng, SIDE, 60, 2) * 2.2, y + noise(rng, SIDE, 60, 2) * 2.2
    mask = np.zeros((SIDE, SIDE), bool)
    if defect == "crushed_cells":
        at = rng.uniform(90, 230, 2)
        e = np.exp(-(((x - at[0]) / 40) ** 2 + ((y - at[1]) / 26) ** 2))
        mask = e > 0.35
        x = x + e * noise(rng, SIDE, 22, 2) * 22
        y = y + e * noise(rng, SIDE, 22, 2) * 22
    points = np.array([(c * s + (r % 2) * s / 2, r * s * 0.866) for r in range(-3, 17) for c in range(-3, 15)])
    best, second = np.full((SIDE, SIDE), 1e9, np.float32), np.full((SIDE, SIDE), 1e9, np.float32)
    index = np.zeros((SIDE, SIDE), int)
    for k, (px, py) in enumerate(points):
        d = np.hypot(x - px, y - py)
        closer = d < best
        second = np.where(closer, best, np.minimum(second, d))
        index = np.where(closer, k, index)
        best = np.where(closer, d, best)
    wall = 1 - smoothstep(second - best, 3.0, 2.0)
    depth = 0.12 + 0.25 * smoothstep(best, s * 0.25, s * 0.3)
    image = mix(flat([0.5, 0.42, 0.25]) * (depth * 2)[..., None], flat([0.86, 0.76, 0.5]), wall)
    if defect == "filled_cell":
        k = index[int(rng.uniform(80, 240)), int(rng.uniform(80, 240))]
        cell = blur(((index == k) & (wall < 0.5)).astype(np.float32), 0.8)
        image = mix(image, np.clip(flat([0.78, 0.6, 0.25]) + (noise(rng, SIDE, 20, 2) * 0.06)[..., None], 0, 1), cell)
        mask = cell > 0.5
    return image + rng.normal(0, 0.02, (SIDE, SIDE, 1)), mask, "honeycomb panel"


def blister(rng, defect):
    """Tablets behind foil in two rows; one pocket empty, one tablet split."""
    foil = np.clip(0.72 + noise(rng, SIDE, 5, 2) * 0.05 + noise(rng, SIDE, 160, 1) * 0.08, 0, 1)
    image = flat([1, 1, 1.02]) * foil[..., None]
    mask = np.zeros((SIDE, SIDE), bool)
    pill = colour(rng, (0.05, 0.45), (0.75, 0.98))
    chosen = int(rng.integers(10))
    y, x = grid(SIDE)
    for k in range(10):
        cx, cy = 38 + (k % 5) * 61, 100 + (k // 5) * 115
        r = np.hypot((x - cx) / 24, (y - cy) / 40)
        dome = smoothstep(1.15 - r, 0, 0.05)
        image = mix(image, np.clip(image * 1.1 - 0.05, 0, 1), dome)
        image = image + (np.exp(-(((r - 1.12) / 0.05) ** 2)) * 0.12 * np.sign(x - cx + y - cy))[..., None]
        body = smoothstep(0.9 - r, 0, 0.06)
        if defect and k == chosen:
            mask = body > 0.5
            if defect == "empty_pocket":
                body = body * 0
            else:
                gap = np.abs((y - cy) - noise(rng, SIDE, 16, 3) * 5) < 4
                body = body * (1 - gap)
                mask = mask & (np.abs(y - cy) < 12)
        light = np.clip(1.08 - r * 0.35 - (x - cx + y - cy) / 260, 0, 1.2)
        image = mix(image, np.clip(flat(pill) * light[..., None], 0, 1), body)
        shine = np.exp(-(((x - cx + 9) / 6) ** 2 + ((y - cy + 16) / 10) ** 2)) * 0.45 * dome
        image = image + shine[..., None]
    return image, mask, "blister pack"


def comb(rng, defect):
    """A comb on a grey table; a tooth gone, some teeth bent."""
    image = flat([0.55, 0.56, 0.58]) * (1 + noise(rng, SIDE, 200, 1) * 0.05)[..., None] + rng.normal(0, 0.015, (SIDE, SIDE, 1))
    body = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(body, (30, 85), (290, 135), 1.0, -1)
    whole = body.copy()
    n, mask = 18, np.zeros((SIDE, SIDE), bool)
    chosen = set()
    if defect:
        first = int(rng.integers(2, n - 5))
        chosen = set(range(first, first + (1 if defect == "missing_tooth" else 3)))
    for k in range(n):
        x0 = 34 + k * 14.4
        straight = [(x0, 130), (x0 + 8, 130), (x0 + 6.5, 232), (x0 + 1.5, 232)]
        if k in chosen:
            gone = polygon(SIDE, straight) > 0.5
            if defect == "missing_tooth":
                mask |= gone & (grid(SIDE)[0] > 140)
                body = np.maximum(body, polygon(SIDE, [(x0, 130), (x0 + 8, 130), (x0 + 7, 140), (x0 + 4, 147), (x0 + 1, 139)]))
                continue
            lean = 16
            tooth = polygon(SIDE, [(x0, 130), (x0 + 8, 130), (x0 + 8 + lean * 0.4, 180), (x0 + 6 + lean, 228), (x0 + 1 + lean, 228), (x0 + lean * 0.3, 180)])
            mask |= ((tooth > 0.5) | gone) & (grid(SIDE)[0] > 150)
            body = np.maximum(body, tooth)
        else:
            body = np.maximum(body, polygon(SIDE, straight))
    angle = rng.normal(0, 3)
    m = cv2.getRotationMatrix2D((160, 160), float(angle), float(rng.uniform(0.95, 1.05)))
    m[:, 2] += rng.normal(0, 5, 2)
    body, mask = cv2.warpAffine(body, m, (SIDE, SIDE)), cv2.warpAffine(mask.astype(np.uint8), m, (SIDE, SIDE)) > 0
    c = colour(rng, (0.05, 0.55), (0.2, 0.65))
    image = image * (1 - 0.45 * blur(np.roll(body, (6, 5), (0, 1)), 3))[..., None]
    gy, gx = np.gradient(blur(body, 1.5))
    return mix(image, np.clip(flat(c) * (1 + (gx + gy) * 2.5)[..., None], 0, 1), body), mask, "comb"


def dial(rng, defect):
    """The printed face of a gauge; ticks missing, print smeared."""
    image = flat([0.25, 0.26, 0.28]) * (1 + noise(rng, SIDE, 3, 1) * 0.06)[..., None]
    y, x = grid(SIDE)
    r = np.hypot(x - 160, y - 160)
    image = mix(image, flat([0.94, 0.94, 0.91]), smoothstep(140 - r, 0, 1.5))
    image = mix(image, flat([0.7, 0.7, 0.72]) * (1 + (x - y) / 600)[..., None], smoothstep(8 - np.abs(r - 144), 0, 1.5))
    print_layer = np.zeros((SIDE, SIDE), np.uint8)
    for k in range(51):
        a = np.radians(135 + k * 270 / 50)
        length = 20 if k % 10 == 0 else 14 if k % 5 == 0 else 9
        p = (160 + np.cos(a) * 128, 160 + np.sin(a) * 128)
        q = (160 + np.cos(a) * (128 - length), 160 + np.sin(a) * (128 - length))
        cv2.line(print_layer, (int(p[0]), int(p[1])), (int(q[0]), int(q[1])), 255, 2 if k % 5 == 0 else 1, cv2.LINE_AA)
        if k % 10 == 0:
            t = (int(160 + np.cos(a) * 92 - 10), int(160 + np.sin(a) * 92 + 7))
            cv2.putText(print_layer, str(k * 2), t, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 255, 2, cv2.LINE_AA)
    cv2.putText(print_layer, "bar", (143, 225), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    layer = print_layer.astype(np.float32) / 255
    mask = np.zeros((SIDE, SIDE), bool)
    if defect:
        a = np.radians(135 + rng.uniform(30, 240))
        at = (160 + np.cos(a) * 108, 160 + np.sin(a) * 108)
        area = blur(blob(rng, SIDE, at, 26, 0.5), 2)
        if defect == "missing_print":
            layer = layer * (1 - area)
        else:
            k = np.zeros((31, 31), np.float32)
            cv2.line(k, (3, 15), (28, 17), 1.0, 2)
            smeared = np.clip(cv2.filter2D(layer, -1, k / k.sum()) * 2.2, 0, 1)
            layer = layer * (1 - area) + np.maximum(smeared, layer * 0.5) * area
        mask = area > 0.4
    image = mix(image, flat([0.08, 0.08, 0.1]), layer)
    a = np.radians(135 + rng.uniform(20, 250))
    needle = polygon(SIDE, [(160 + np.cos(a) * 108, 160 + np.sin(a) * 108), (160 - np.sin(a) * 4, 160 + np.cos(a) * 4), (160 - np.cos(a) * 22, 160 - np.sin(a) * 22), (160 + np.sin(a) * 4, 160 - np.cos(a) * 4)])
    image = mix(image, flat([0.75, 0.1, 0.08]), needle)
    return mix(image, flat([0.15, 0.15, 0.15]), smoothstep(9 - r, 0, 1.5)), mask & (needle < 0.5), "gauge"


def forearm(rng, defect):
    """Two long bones in an X-ray-like picture; a fracture line, a lytic spot."""
    y, x = grid(SIDE)
    field = 0.12 + 0.22 * np.exp(-(((x - 160) / 95) ** 4)) + noise(rng, SIDE, 60, 3) * 0.02
    mask, bones = np.zeros((SIDE, SIDE), bool), []
    for side, w in ((-1, 27), (1, 19)):
        c = 160 + side * 42 + (y - 160) ** 2 / 9000 * side * rng.uniform(0.6, 1.3)
        half = w * (1 + 0.55 * (np.abs(y - 160) / 160) ** 3)
        t = (x - c) / half
        bone = smoothstep(1 - np.abs(t), 0, 0.08)
        cortex = np.exp(-(((np.abs(t) - 0.8) / 0.16) ** 2))
        field = field + bone * (0.22 + 0.28 * cortex + 0.03 * noise(rng, SIDE, 5, 2))
        bones.append((c, half, bone))
    if defect:
        c, half, bone = bones[int(rng.integers(2))]
        at = rng.uniform(90, 230)
        if defect == "fracture":
            tilt = rng.uniform(-0.7, 0.7)
            line = np.abs(y - at - (x - c) * tilt - noise(rng, SIDE, 14, 3) * 6) * 1.0
            cut = smoothstep(3.0 - line, 0, 1.5) * bone
            field = field - cut * 0.33
            mask = (smoothstep(5.0 - line, 0, 1.5) * bone) > 0.5
        else:
            spot = blur(blob(rng, SIDE, (float(c[int(at), 0]) + 5, at), 13, 0.4, 1.2), 2) * bone
            field = field - spot * 0.3
            mask = spot > 0.4
    field = blur(field.astype(np.float32), 0.8) + rng.normal(0, 0.015, (SIDE, SIDE))
    return np.repeat(np.clip(field, 0, 1)[..., None], 3, 2).astype(np.float32), mask, "forearm"


def solder_balls(rng, defect):
    """A ball grid under X-ray: dark discs in rows; two bridged, one with a void."""
    y, x = grid(SIDE)
    field = 0.8 + noise(rng, SIDE, 120, 2) * 0.03
    for _ in range(7):
        line = polyline(SIDE, [tuple(rng.uniform(0, SIDE, 2)), tuple(rng.uniform(0, SIDE, 2))], 3)
        field = field - line * 0.06
    pitch, mask = 40, np.zeros((SIDE, SIDE), bool)
    chosen = tuple(rng.integers(1, 6, 2))
    for r in range(8):
        for c in range(8):
            cx, cy, rad = 20 + c * pitch + rng.normal(0, 0.5), 20 + r * pitch + rng.normal(0, 0.5), 12.5 + rng.normal(0, 0.3)
            d = np.hypot(x - cx, y - cy)
            ball = smoothstep(rad - d, 0, 2)
            if defect and (r, c) == chosen:
                if defect == "bridge":
                    neck = smoothstep(7 - np.abs(y - cy - noise(rng, SIDE, 20, 2) * 2), 0, 2) * (x > cx) * (x < cx + pitch)
                    mask = (neck > 0.5) & (ball < 0.5) & (np.hypot(x - cx - pitch, y - cy) > rad)
                    ball = np.maximum(ball, neck)
                else:
                    void = smoothstep(7.5 - np.hypot(x - cx - 2, y - cy + 1), 0, 2)
                    mask = void > 0.5
                    ball = ball * (1 - 0.75 * void)
            field = field - ball * 0.55 * np.clip(1 - (d / rad) ** 2 * 0.2, 0, 1)
    field = blur(field.astype(np.float32), 0.9) + rng.normal(0, 0.015, (SIDE, SIDE))
    return np.repeat(np.clip(field, 0, 1)[..., None], 3, 2).astype(np.float32), mask, "ball grid"


CLASSES = {
    "knitwear": (knitted, ["dropped_stitch", "pulled_loop"]), "marble": (marble, ["spalled_corner", "glue_drip"]),
    "honeycomb": (honeycomb, ["crushed_cells", "filled_cell"]), "blister_pack": (blister, ["empty_pocket", "split_tablet"]),
    "comb": (comb, ["missing_tooth", "bent_teeth"]), "gauge": (dial, ["missing_print", "smeared_print"]),
    "forearm_xray": (forearm, ["fracture", "lytic_spot"]), "solder_balls_xray": (solder_balls, ["bridge", "void"]),
}
GOOD, BAD = 3, 3


def main(out: Path):
    meta = {"train": {k: [] for k in CLASSES}, "test": {k: [] for k in CLASSES}}
    for n, (name, (maker, defects)) in enumerate(CLASSES.items()):
        for k in range(GOOD + BAD):
            rng = np.random.default_rng([SEED, n, k])
            defect = None if k < GOOD else defects[(k - GOOD) % len(defects)]
            image, mask, _ = maker(rng, defect)
            if defect and not mask.any():
                raise ValueError(f"{name} {k}: no defect in the picture")
            u, _ = rotated(SIDE, rng.uniform(0, 6.28))
            image = np.clip(np.clip(image, 0, 1) * (1 + u / SIDE * rng.uniform(0, 0.15))[..., None], 0, 1)
            kind = defect or "good"
            path = f"{name}/test/{kind}/{k:03d}.jpg"
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(out / path), (image[..., ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
            mask_path = ""
            if defect:
                mask_path = f"{name}/ground_truth/{kind}/{k:03d}_mask.png"
                (out / mask_path).parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(out / mask_path), mask.astype(np.uint8) * 255)
            meta["test"][name].append({"img_path": path, "mask_path": mask_path, "cls_name": name, "specie_name": kind, "anomaly": int(bool(defect))})
    (out / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
