"""What lives here: scenes added after the first recipe: grown and baked things with creases that are normal, and moulded toys.
What may not: copies of what scenes.py already shows.
"""

import cv2
import numpy as np

import materials
import shapes
from defects import add_defects
from fields import blob, blur, colour, log_uniform, mix, noise, polyline, smoothstep, wander
from scenes import SCENES, backdrop, break_off, decorate, harmless_light, place

FOOD_BODIES = {"crumb": 4, "speckled": 2, "photograph": 2, "wood": 1, "leather": 1}


def crease(rng, image, mask, count):
    """Furrows and natural cracks of a good surface: thin, low in contrast, all over."""
    size = image.shape[0]
    ys, xs = np.nonzero(mask > 0.8)
    depth = rng.uniform(0.15, 0.6)
    for _ in range(count):
        k = rng.integers(len(xs))
        line = polyline(size, wander(rng, (xs[k], ys[k]), rng.uniform(0, 6.28), rng.uniform(8, 70), 3, 0.35, 0.3), rng.uniform(0.6, 1.8))
        image = image * (1 - blur(line, rng.uniform(0.4, 1.2)) * mask * depth)[..., None]
    return image.astype(np.float32)


def parted(rng, body, mask):
    """Break a body in two along a rough line and move the halves apart: (body, mask, what lies open)."""
    size = mask.shape[0]
    ys, xs = np.nonzero(mask > 0.5)
    through, angle = np.array([xs.mean(), ys.mean()]) + rng.normal(0, size * 0.04, 2), rng.uniform(0, 6.28)
    side = shapes.jagged_side(rng, size, through, angle, rng.uniform(3, 12))
    shift = log_uniform(rng, 3, 26) * size / 288
    m = cv2.getRotationMatrix2D((float(through[0]), float(through[1])), rng.normal(0, 7), 1)
    m[:, 2] += shift * np.array([np.cos(angle), np.sin(angle)])
    first, second = mask * (1 - side), mask * side
    moved, moved_body = cv2.warpAffine(second, m, (size, size)), cv2.warpAffine(body, m, (size, size), borderMode=cv2.BORDER_REFLECT_101)
    after = np.maximum(first, moved)
    hull = cv2.morphologyEx(after, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(shift) + 9,) * 2))
    return mix(body, moved_body, moved), after, (hull > 0.5) & (after < 0.5) & (cv2.dilate(np.maximum(mask, moved), np.ones((3, 3))) > 0.5)


def organic_scene(rng, size, abnormal):
    """Biscuits, nuts, bread, fruit on a tray or table."""
    back = backdrop(rng, size)
    if rng.random() < 0.3:
        back = np.clip(colour(rng, (0, 0.15), (0.15, 0.45)) * (1 + noise(rng, size, 3, 2)[..., None] * rng.uniform(0.05, 0.3)) * (1 + noise(rng, size, size, 1)[..., None] * 0.15), 0, 1).astype(np.float32)
    mask, _, name = shapes.outline(rng, size, size * rng.uniform(0.24, 0.45), {shapes.pebble: 1.5, shapes.superellipse: 1.5})
    if rng.random() < 0.5:
        mask = smoothstep(blur(mask, 6) + noise(rng, size, 14, 3) * 0.06, 0.5, 0.08)
    body, _ = materials.surface(rng, size, FOOD_BODIES)
    if rng.random() < 0.6:
        warm = colour(rng, (0.3, 0.75), (0.5, 0.95), hue=rng.uniform(8, 24))
        body = np.clip(body * 0.5 + 0.5 * warm * (0.5 + body.mean(2, keepdims=True)), 0, 1)
    body, _ = shapes.shade(rng, body, mask, rng.uniform(0.2, 0.8))
    body = crease(rng, body, mask, int(rng.integers(0, 26)))
    ys, xs = np.nonzero(mask > 0.8)
    chip = colour(rng, (0, 0.6), (0.05, 0.5))
    for _ in range(int(rng.integers(0, 18)) if rng.random() < 0.6 else 0):
        k = rng.integers(len(xs))
        spot = blob(rng, size, (xs[k], ys[k]), log_uniform(rng, 2, 11) * size / 288, 0.7) * mask
        body = mix(body, np.broadcast_to(chip * rng.uniform(0.7, 1.3), body.shape), blur(spot, 0.8) * rng.uniform(0.6, 1))
        body = np.clip(body + (np.clip(np.roll(spot, (-2, -2), (0, 1)) - spot, 0, 1) * 0.2 * mask)[..., None], 0, 1)
    truth, names = np.zeros((size, size), bool), []
    if abnormal:
        kind = rng.random()
        if kind < 0.3:
            body, mask, truth = parted(rng, body, mask)
            names = ["broken"]
        elif kind < 0.7:
            gone, what = break_off(rng, mask, [])
            truth, names = gone > 0.5, [what]
            rim = np.clip(blur(gone, rng.uniform(1, 4)), 0, 1) * mask * (1 - gone)
            body = mix(body, np.clip(materials.crumb(rng, size) * rng.uniform(0.6, 1.3), 0, 1), np.clip(rim * 1.5, 0, 1))
            mask = mask * (1 - gone)
            if rng.random() < 0.3:
                back, m, more = add_defects(rng, back, np.ones_like(mask), {"crumbs": 1})
                truth, names = truth | (m & (mask < 0.5)), names + more
        else:
            body, truth, names = add_defects(rng, body.astype(np.float32), cv2.erode((mask > 0.9).astype(np.float32), np.ones((3, 3))))
    return harmless_light(rng, place(rng, back, body.astype(np.float32), mask.astype(np.float32))), truth, str(rng.choice(["cookie", "biscuit", "nut", "bread", "fruit", "bean", name])), names


def toy_scene(rng, size, abnormal):
    """One moulded body with limbs, glossy, on a plain ground; a limb or a piece is gone."""
    back = materials.plain(rng, size)
    mask, parts, name = shapes.outline(rng, size, size * rng.uniform(0.3, 0.46), {shapes.figure: 5, shapes.turned: 1, shapes.bracket: 0.7, shapes.gear: 0.4})
    body = flat = np.broadcast_to(colour(rng, (0.2, 1), (0.2, 1)), (size, size, 3)).astype(np.float32)
    body, _ = shapes.shade(rng, flat * (1 + noise(rng, size, 30, 2)[..., None] * rng.uniform(0, 0.12)), mask, rng.uniform(0.3, 0.9))
    body = decorate(rng, body, mask, parts)
    truth, names = np.zeros((size, size), bool), []
    if abnormal:
        gone, what = break_off(rng, mask, parts)
        if (gone > 0.5).sum() > 30 and rng.random() < 0.8:
            truth, names = gone > 0.5, [what]
            left = mask * (1 - gone)
            rim = np.clip(blur(gone, rng.uniform(1, 3)), 0, 1) * left
            body = mix(body, np.clip(body * rng.uniform(0.5, 1.6), 0, 1), np.clip(rim * rng.uniform(0, 2), 0, 1))
            mask = left
        else:
            body, truth, names = add_defects(rng, body, cv2.erode((mask > 0.9).astype(np.float32), np.ones((3, 3))))
    return harmless_light(rng, place(rng, back, body.astype(np.float32), mask)), truth, name, names


FAINT_SURFACES = {"paper": 4, "carpet": 2, "photograph": 3, "leather": 1, "woven": 1.5, "ceramic": 1, "metal_cast": 1.5, "crumb": 1, "speckled": 1, "metal_brushed": 1}
FAINT = {"embedded": 4, "stain": 0.7, "discolouration": 0.7, "scratch": 0.7, "fibre": 0.6, "worn": 0.4, "blur": 0.3, "crack": 0.5}


def faint_scene(rng, size, abnormal):
    """Even, grainy surfaces with defects that are barely darker or lighter than the grain."""
    image, kind = materials.surface(rng, size, FAINT_SURFACES)
    if rng.random() < 0.5:
        mean = image.mean((0, 1))
        image = mean + (image - mean) * rng.uniform(0.3, 0.9)
    image = harmless_light(rng, image.astype(np.float32))
    mask, names = np.zeros((size, size), bool), []
    if abnormal:
        image, mask, names = add_defects(rng, image, np.ones((size, size), np.float32), FAINT, contrast=0.03)
    return image, mask, str(rng.choice(materials.NAMES[kind])), names


MORE_SCENES = {"organic": (organic_scene, 0.4), "toy": (toy_scene, 0.25), **{k: (f, w * 0.35) for k, (f, w) in SCENES.items()}}
FAINT_SCENES = {"faint": (faint_scene, 0.6), "organic": (organic_scene, 0.25), "toy": (toy_scene, 0.15)}
