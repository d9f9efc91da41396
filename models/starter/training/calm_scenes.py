"""What lives here: surfaces and things whose good pictures are lively: veined stone, grain, weaves, prints, worked metal, glaze,
glass, rough papers, with glare and shadows. What may not: defects of its own (defects.py draws them), anything of the sample set.

A maker takes (rng, size) and returns (image float32 [S, S, 3] in 0..1, name, material).
"""

import cv2
import numpy as np

import materials
import shapes
from fields import blob, blur, colour, log_uniform, mix, noise, pick, polygon, polyline, rotated, smoothstep, wander

FONTS = (0, 2, 3, 4, 6)


def even(c, size):
    return np.broadcast_to(np.asarray(c, np.float32), (size, size, 3)).astype(np.float32)


def say(rng, *words):
    return str(rng.choice(words))


def veined_stone(rng, size):
    """Polished stone: clouds and two or three systems of ridged veins, pale on dark or dark on pale."""
    pale = rng.random() < 0.6
    base = colour(rng, (0, 0.25), (0.65, 0.95) if pale else (0.08, 0.45))
    image = even(base, size) * (1 + noise(rng, size, rng.uniform(40, 160), 5)[..., None] * rng.uniform(0.05, 0.35))
    for _ in range(int(rng.integers(1, 4))):
        f = noise(rng, size, rng.uniform(40, 200), int(rng.integers(3, 6)), (rng.uniform(0.6, 2), 1))
        f = materials._turn(f, rng)
        width = log_uniform(rng, 0.015, 0.16) * (0.3 + np.clip(noise(rng, size, 70, 2) + 0.6, 0, 1.6))
        vein = np.exp(-((f - rng.uniform(-0.2, 0.2)) / width) ** 2) * np.clip(noise(rng, size, 80, 2) * 1.3 + rng.uniform(0.2, 0.9), 0, 1)
        tone = colour(rng, (0, 0.6), (0.05, 0.55) if pale else (0.5, 1.0))
        image = mix(image, even(tone, size), vein * rng.uniform(0.3, 1))
    return image, say(rng, "marble", "stone", "stone plate", "slab"), "stone"


def layered_stone(rng, size):
    """Travertine, slate, agate, sandstone: bands, pores and grains."""
    _, v = rotated(size, rng.uniform(0, 3.14))
    v = v + noise(rng, size, rng.uniform(60, 200), 4) * rng.uniform(5, 60)
    lines = cv2.GaussianBlur(rng.standard_normal((1, 2048)).astype(np.float32), (0, 0), log_uniform(rng, 1, 14))
    lines = lines / lines.std()
    band = cv2.remap(lines, (v + 1024).astype(np.float32), np.zeros_like(v, np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    image = mix(even(colour(rng, (0.05, 0.5), (0.35, 0.95)), size), even(colour(rng, (0.05, 0.6), (0.2, 0.8)), size), np.clip(0.5 + band * rng.uniform(0.15, 0.4), 0, 1))
    if rng.random() < 0.5:
        pores = smoothstep(noise(rng, size, rng.uniform(3, 9), 2, (1, 1)), rng.uniform(0.7, 1.1), 0.2)
        image = image * (1 - pores * rng.uniform(0.2, 0.7))[..., None]
    return image + rng.standard_normal((size, size, 1), np.float32) * rng.uniform(0, 0.05), say(rng, "stone", "sandstone", "slate", "stone plate"), "stone"


def grained_wood(rng, size):
    """Rings about a pith outside the picture, pores, knots, planks: all of it good wood."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    a, far = rng.uniform(0, 6.28), log_uniform(rng, 0.3, 6) * size
    cx, cy = size / 2 + np.cos(a) * far, size / 2 + np.sin(a) * far
    r = np.hypot(x - cx, (y - cy))
    r = r + noise(rng, size, rng.uniform(50, 180), 3) * rng.uniform(3, 30)
    knots = np.zeros((size, size), np.float32)
    for _ in range(int(rng.choice([0, 0, 1, 1, 2, 4]))):
        k = rng.uniform(0, size, 2)
        d = np.hypot((x - k[0]) / rng.uniform(0.7, 1.6), y - k[1])
        w = rng.uniform(5, 22) * size / 288
        pull = np.exp(-((d / (w * 2.5)) ** 2))
        r = r * (1 - pull * 0.3) + d * pull * 1.4
        knots = np.maximum(knots, np.exp(-((d / w) ** 4)))
    period = log_uniform(rng, 4, 30)
    ring = (r / period) % 1
    late = ring ** rng.uniform(1, 4)
    fibre = materials._turn(noise(rng, size, 2.5, 2, (1, rng.uniform(15, 50))), rng, a + np.pi / 2)
    hue = rng.uniform(6, 22)
    light = colour(rng, (0.2, 0.6), (0.45, 0.95), hue)
    image = even(light, size) * (1 - late * rng.uniform(0.1, 0.5) + fibre * rng.uniform(0.03, 0.2))[..., None]
    image = mix(image, even(light * rng.uniform(0.2, 0.5), size), knots * rng.uniform(0.5, 1) * (0.7 + 0.3 * np.cos(r * 0.9)))
    name = say(rng, "wood", "board", "plank", "veneer")
    if rng.random() < 0.25:
        u, v = rotated(size, rng.choice([0, np.pi / 2, rng.uniform(0, 3.14)]))
        step = rng.uniform(40, 130)
        row = np.floor(v / step)
        tone = 1 + 0.25 * np.sin(row * 12.9 + rng.uniform(0, 6)) * rng.uniform(0.2, 1)
        gap = np.exp(-(((v / step % 1) - 0.5) * step / 1.3) ** 2)
        image, name = image * (tone * (1 - 0.7 * gap))[..., None], say(rng, "parquet", "planks", "wooden floor")
    return image, name, "wood"


def rough_paper(rng, size):
    """Papers and boards: clouds, flecks, fibres, laid lines, embossing; any tone from brown to white."""
    hue = rng.choice([rng.uniform(8, 24), rng.uniform(0, 180)], p=[0.6, 0.4])
    image = even(colour(rng, (0.03, 0.55), (0.3, 1), hue), size)
    relief = noise(rng, size, rng.uniform(2, 30), int(rng.integers(2, 5))) + rng.uniform(0, 0.6) * rng.standard_normal((size, size), np.float32)
    if rng.random() < 0.5:
        gy, gx = np.gradient(blur(relief, rng.uniform(0.5, 2.5)))
        relief = (gx + gy) * rng.uniform(2, 6) + relief * 0.2
    image = image * (1 + relief[..., None] * log_uniform(rng, 0.02, 0.28))
    image = image * (1 + noise(rng, size, rng.uniform(20, 120), 3)[..., None] * rng.uniform(0, 0.2))
    if rng.random() < 0.5:
        flecks = smoothstep(noise(rng, size, rng.uniform(2, 5), 2, (rng.uniform(0.7, 2), 1)), rng.uniform(0.75, 1.2), 0.3)
        image = mix(image, np.clip(image * rng.uniform(0.4, 1.5), 0, 1), flecks)
    if rng.random() < 0.5:
        layer = np.zeros((size, size), np.float32)
        for _ in range(int(log_uniform(rng, 10, 160))):
            layer = np.maximum(layer, polyline(size, wander(rng, tuple(rng.uniform(0, size, 2)), rng.uniform(0, 6.28), rng.uniform(4, 34), 3, 0.4), rng.uniform(0.5, 1.2)) * rng.uniform(0.2, 1))
        image = mix(image, np.clip(image * rng.uniform(0.5, 1.5) + rng.normal(0, 0.05, 3), 0, 1), layer * rng.uniform(0.2, 0.9))
    if rng.random() < 0.2:
        _, v = rotated(size, rng.choice([0, np.pi / 2]))
        image = image * (1 + np.sin(v / log_uniform(rng, 2, 14) * 6.28) * rng.uniform(0.01, 0.1))[..., None]
    return image, say(rng, "paper", "cardboard", "kraft paper", "sheet", "pulp board"), "paper"


DRAFTS = {
    "plain": [[1, 0], [0, 1]], "basket": [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]], "twill": [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]],
    "jean": [[1, 1, 0], [0, 1, 1], [1, 0, 1]], "satin": [[1, 1, 1, 1, 0], [1, 1, 0, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 0, 1], [1, 0, 1, 1, 1]],
    "herringbone": [[1, 1, 0, 0, 0, 1, 1, 0], [0, 1, 1, 0, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0, 0, 1], [1, 0, 0, 1, 0, 0, 1, 1]],
}


def weave(rng, size):
    """Warp and weft after a draft, each thread with its own tone, thickness and slubs; stripes and checks of coloured threads."""
    u, v = rotated(size, rng.choice([0, np.pi / 2, np.pi / 4, rng.uniform(0, 3.14)]) + rng.normal(0, 0.03))
    u, v = u + noise(rng, size, 90, 2) * rng.uniform(0, 4), v + noise(rng, size, 90, 2) * rng.uniform(0, 4)
    period = log_uniform(rng, 3.2, 26)
    pu, pv = u / period + 500, v / (period * rng.uniform(0.75, 1.3)) + 500
    i, j = np.floor(pu).astype(int), np.floor(pv).astype(int)
    kind = say(rng, *DRAFTS)
    draft = np.array(DRAFTS[kind])
    up = draft[j % draft.shape[0], i % draft.shape[1]] > 0
    fu, fv = pu - i - 0.5, pv - j - 0.5
    across, along = np.where(up, fu, fv), np.where(up, fv, fu)
    height = np.sqrt(np.clip(1 - (across * rng.uniform(1.6, 2.0)) ** 2, 0, 1)) * (1 - rng.uniform(0.2, 0.9) * along**2)
    tone = [1 + rng.normal(0, rng.uniform(0, 0.16), 1200).astype(np.float32) for _ in range(2)]
    thread = np.where(up, tone[0][i], tone[1][j]) * (1 + np.where(up, materials._turn(noise(rng, size, 6, 1), rng), noise(rng, size, 6, 1)) * rng.uniform(0, 0.15))
    colours = [colour(rng, (0, 0.8), (0.15, 0.95)) for _ in range(3)]
    same = rng.random() < 0.5
    warp_c, weft_c = colours[0], colours[0] * rng.uniform(0.8, 1.1) if same else colours[1]
    image = np.where(up[..., None], warp_c, weft_c).astype(np.float32)
    if rng.random() < 0.3:
        n = int(rng.integers(6, 30))
        stripes = rng.random(n) < rng.uniform(0.15, 0.5)
        image = np.where((up & stripes[i % n])[..., None], colours[2], image)
        if rng.random() < 0.6:
            image = np.where((~up & stripes[j % n])[..., None], colours[2], image)
    shade = rng.uniform(0.2, 0.7)
    image = image * (thread * (1 - shade + shade * height))[..., None]
    image = image + rng.standard_normal((size, size, 1), np.float32) * rng.uniform(0, 0.07)
    name = say(rng, "fabric", "cloth", "textile", "canvas") if kind not in ("jean", "twill") or rng.random() < 0.5 else "denim"
    return image.astype(np.float32), name, "fabric"


def ribbed_cloth(rng, size):
    """Corduroy, terry, felt with a nap, quilting."""
    _, v = rotated(size, rng.uniform(0, 3.14))
    v = v + noise(rng, size, 60, 2) * rng.uniform(0, 5)
    f = np.abs(np.sin(v / log_uniform(rng, 5, 30) * 3.14)) ** rng.uniform(0.4, 2)
    nap = blur(rng.standard_normal((size, size)).astype(np.float32), rng.uniform(0.5, 2))
    image = even(colour(rng, (0, 0.8), (0.2, 0.9)), size) * (0.45 + 0.5 * f + nap / nap.std() * rng.uniform(0.03, 0.2) + noise(rng, size, 40, 2) * rng.uniform(0, 0.15))[..., None]
    return image, say(rng, "corduroy", "fabric", "upholstery", "towel"), "fabric"


def net(rng, size):
    """Nets, gauze, perforated sheet, wire cloth: holes in rows on a ground."""
    u, v = rotated(size, rng.uniform(0, 3.14))
    u, v = u + noise(rng, size, 70, 2) * rng.uniform(0, 4), v + noise(rng, size, 70, 2) * rng.uniform(0, 4)
    p = log_uniform(rng, 7, 34)
    if rng.random() < 0.5:
        row = np.floor(v / (p * 0.866))
        fu, fv = (u + (row % 2) * p / 2) / p % 1 - 0.5, (v / (p * 0.866) % 1 - 0.5) * 0.866
        hole = smoothstep(rng.uniform(0.22, 0.4) - np.hypot(fu, fv), 0, 0.08)
    else:
        d = np.maximum(np.abs(u / p % 1 - 0.5), np.abs(v / p % 1 - 0.5))
        hole = smoothstep(rng.uniform(0.28, 0.42) - d, 0, 0.08)
    metal = rng.random() < 0.5
    front = materials.metal_brushed(rng, size) if metal else even(colour(rng, (0, 0.8), (0.2, 1)), size) * (1 + noise(rng, size, 4, 2)[..., None] * 0.15)
    back = even(colour(rng, (0, 0.5), (0.02, 0.9)), size) * (1 + noise(rng, size, 90, 2)[..., None] * 0.2)
    image = mix(front, back, hole)
    rim = np.clip(hole - np.roll(hole, (1, 1), (0, 1)), -1, 1)
    return image * (1 - rim * rng.uniform(-0.4, 0.4))[..., None], say(rng, "perforated sheet", "wire mesh", "grid") if metal else say(rng, "net", "mesh", "gauze"), "metal" if metal else "fabric"


def ornament(rng, size, cells=None):
    """A repeated motif of two to five colours with mirror or turn symmetry."""
    n = 96
    motif = np.zeros((n, n), np.int32)
    inks = int(rng.integers(2, 6))
    for k in range(1, inks):
        f = noise(rng, n, rng.uniform(14, 60), int(rng.integers(1, 3))) if rng.random() < 0.6 else 0.3 - np.abs(np.hypot(*[g - rng.uniform(20, 76) for g in np.mgrid[0:n, 0:n]]) - rng.uniform(5, 40)) / 12
        motif[f > rng.uniform(0, 0.35)] = k
    if rng.random() < 0.7:
        motif = np.maximum(motif, motif[:, ::-1])
        motif = np.maximum(motif, motif[::-1])
    if rng.random() < 0.4:
        motif = np.maximum(motif, motif.T)
    palette = np.stack([colour(rng, (0, 0.9), (0.1, 1)) for _ in range(inks)])
    tile = blur(palette[motif].astype(np.float32), 0.8)
    u, v = rotated(size, rng.choice([0, np.pi / 4, rng.normal(0, 0.05), rng.uniform(0, 3.14)]))
    p = log_uniform(rng, 22, 150) if cells is None else cells
    row = np.floor(v / p)
    if rng.random() < 0.3:
        u = u + (row % 2) * p / 2
    fu, fv = (u / p) % 2, (v / p) % 2
    fu, fv = np.where(fu > 1, 2 - fu, fu), np.where(fv > 1, 2 - fv, fv)
    return cv2.remap(tile, (fu * (n - 1)).astype(np.float32), (fv * (n - 1)).astype(np.float32), cv2.INTER_LINEAR), u, v, p


def patterned(rng, size):
    """Ornament on tile, cloth, wallpaper or wrapping."""
    image, u, v, p = ornament(rng, size)
    kind = pick(rng, {"tile": 1, "cloth": 1, "wallpaper": 1, "wrap": 0.7})
    if kind == "tile":
        d = np.minimum(np.minimum(u / p % 1, 1 - u / p % 1), np.minimum(v / p % 1, 1 - v / p % 1)) * p
        image = mix(image, even(colour(rng, (0, 0.2), (0.4, 0.95)), size), 1 - smoothstep(d, rng.uniform(1, 3), 1.2))
        return reflections(rng, image, 0.7), say(rng, "tile", "tiles", "patterned tile", "mosaic"), "ceramic"
    if kind == "cloth":
        cloth, _, _ = weave(rng, size)
        grey = cloth.mean(2, keepdims=True)
        return image * (grey / (grey.mean() + 1e-3)) ** rng.uniform(0.4, 1), say(rng, "fabric", "textile", "printed cloth", "tapestry"), "fabric"
    if kind == "wallpaper":
        return image * (1 + noise(rng, size, 4, 3)[..., None] * rng.uniform(0, 0.12)), say(rng, "wallpaper", "print", "patterned paper"), "paper"
    return reflections(rng, image, 0.5), say(rng, "packaging", "foil", "print"), "plastic"


def packaging(rng, size):
    """A printed carton or label: panels, gradients, lettering from headline to small print, bar code, a photograph."""
    image = even(colour(rng, (0, 0.9), (0.2, 1)), size)
    if rng.random() < 0.6:
        u, _ = rotated(size, rng.uniform(0, 6.28))
        image = mix(image, even(colour(rng), size), np.clip(0.5 + u / size, 0, 1))
    for _ in range(int(rng.integers(1, 6))):
        w, h = rng.uniform(0.1, 1, 2) * size
        x, y = rng.uniform(-0.2, 0.9, 2) * size
        kind = rng.random()
        if kind < 0.25:
            panel = np.clip(materials.photograph(rng, size), 0, 1)
        elif kind < 0.35:
            panel = ornament(rng, size)[0]
        else:
            panel = even(colour(rng), size)
        area = np.zeros((size, size), np.float32)
        if rng.random() < 0.6:
            cv2.rectangle(area, (int(x), int(y)), (int(x + w), int(y + h)), 1.0, -1)
        else:
            cv2.ellipse(area, (int(x + w / 2), int(y + h / 2)), (int(w / 2) + 1, int(h / 2) + 1), rng.uniform(0, 180), 0, 360, 1.0, -1, cv2.LINE_AA)
        image = mix(image, panel, area)
    for _ in range(int(rng.integers(2, 7))):
        layer = np.zeros((size, size), np.uint8)
        x, y = int(rng.uniform(0, 0.6) * size), int(rng.uniform(0.1, 0.9) * size)
        scale = log_uniform(rng, 0.25, 2.4)
        for k in range(1 if scale > 0.9 else int(rng.integers(1, 9))):
            text = "".join(rng.choice(list("abcdefghiklmnoprstuvwxyz ABCDEFG0123456789"), int(rng.integers(3, 26))))
            cv2.putText(layer, text, (x, y + int(k * 26 * scale)), int(rng.choice(FONTS)), scale, 255, max(1, int(scale * rng.uniform(0.8, 2.6))), cv2.LINE_AA)
        image = mix(image, even(colour(rng), size), layer.astype(np.float32) / 255)
    if rng.random() < 0.3:
        image = np.ascontiguousarray(image, np.float32)
        x, y, h = int(rng.uniform(0, 0.6) * size), int(rng.uniform(0, 0.8) * size), int(rng.uniform(0.08, 0.3) * size)
        cv2.rectangle(image, (x - 5, y - 5), (x + 105, y + h + 5), (0.96, 0.96, 0.96), -1)
        while x < size and rng.random() < 0.97:
            w = int(rng.integers(1, 4))
            cv2.rectangle(image, (x, y), (x + w - 1, y + h), (0.08, 0.08, 0.08), -1)
            x += w + int(rng.integers(1, 4))
    angle = rng.choice([0, 90, 180, 270, rng.uniform(-12, 12)])
    image = cv2.warpAffine(image, cv2.getRotationMatrix2D((size / 2, size / 2), float(angle), 1.0), (size, size), borderMode=cv2.BORDER_REFLECT_101)
    image = image * (1 + noise(rng, size, 3, 2)[..., None] * rng.uniform(0, 0.06))
    glossy = rng.random() < 0.5
    return reflections(rng, image, 0.6) if glossy else image, say(rng, "packaging", "label", "carton", "box", "print"), "plastic" if glossy else "paper"


def reflections(rng, image, chance=1.0):
    """What a gloss mirrors: soft windows, strips, spots, a horizon; warped with the surface."""
    size = image.shape[0]
    if rng.random() > chance:
        return image
    layer = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        c, w, h, a = rng.uniform(0, size, 2), log_uniform(rng, 0.02, 0.4) * size, log_uniform(rng, 0.05, 0.7) * size, rng.uniform(0, 6.28)
        kind = rng.random()
        if kind < 0.6:
            quad = np.array([[-w, -h], [w, -h * rng.uniform(0.7, 1.2)], [w * rng.uniform(0.7, 1.2), h], [-w, h]]) / 2
            turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
            spot = polygon(size, quad @ turn.T + c)
            if rng.random() < 0.3:
                spot = spot * (np.abs((np.mgrid[0:size, 0:size] * np.array([np.cos(a), np.sin(a)])[:, None, None]).sum(0) % max(12, h / 2)) > 3)
        else:
            spot = blob(rng, size, c, w, 0.3)
        layer = np.maximum(layer, blur(spot.astype(np.float32), log_uniform(rng, 0.6, 14)) * rng.uniform(0.2, 1))
    bend = noise(rng, size, rng.uniform(30, 150), 2) * rng.uniform(0, 12)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    layer = cv2.remap(layer, x + bend, y + np.roll(bend, size // 3, 0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return image + (1 - np.clip(image, 0, 1)) * layer[..., None] * rng.uniform(0.2, 0.95)


def worked_metal(rng, size):
    """Brushed in lines or rings, milled in arcs, knurled, hammered, cast, rolled; with bands of glare."""
    kind = pick(rng, {"lines": 1.5, "rings": 1, "arcs": 1, "knurled": 0.6, "hammered": 0.5, "cast": 1, "grooves": 1})
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    base = colour(rng, (0, 0.2) if rng.random() < 0.75 else (0.3, 0.7), (0.3, 0.85), None if rng.random() < 0.7 else rng.uniform(10, 24))
    glare = np.zeros((size, size), np.float32)
    if kind in ("lines", "grooves", "cast"):
        a = rng.uniform(0, 3.14)
        u, v = rotated(size, a)
        f = materials._turn(noise(rng, size, 2, 2, (1, rng.uniform(20, 90))), rng, a) * rng.uniform(0.05, 0.35)
        if kind == "cast":
            f = blur(noise(rng, size, rng.uniform(3, 10), 3) + rng.standard_normal((size, size), np.float32) * 0.4, rng.uniform(0.4, 1)) * rng.uniform(0.1, 0.4)
        if kind == "grooves":
            p = log_uniform(rng, 7, 60)
            phase = v / p * 6.28 + noise(rng, size, size, 1) * 0.5
            f = f + np.tanh(np.cos(phase) * rng.uniform(0.8, 4)) * rng.uniform(0.15, 0.5)
            glare += np.clip(np.cos(phase + rng.uniform(0, 6.28)), 0, 1) ** rng.uniform(8, 60) * rng.uniform(0.1, 0.8)
        at = rng.uniform(-0.4, 0.4) * size
        glare += np.exp(-(((u - at) / (size * log_uniform(rng, 0.05, 0.4))) ** 2)) * rng.uniform(0, 0.6)
    elif kind in ("rings", "arcs"):
        cx, cy = rng.uniform(-0.3, 1.3, 2) * size
        r, t = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
        line = cv2.GaussianBlur(rng.standard_normal((1, 1024)).astype(np.float32), (0, 0), log_uniform(rng, 0.4, 2.5))
        line = line / line.std()
        if kind == "arcs":
            p = log_uniform(rng, 14, 70)
            row = np.floor(y / p)
            r = np.hypot(x - (row % 2) * p / 2, 0) % p if rng.random() < 0.2 else np.hypot((x - size / 2) * 0.9, y % p + size * rng.uniform(0.2, 1))
        f = cv2.remap(line, (r * rng.uniform(0.5, 2.5) % 1000).astype(np.float32), np.zeros_like(r, np.float32), cv2.INTER_LINEAR) * rng.uniform(0.04, 0.25)
        lobes = np.cos((t + rng.uniform(0, 6.28)) * rng.choice([1, 2]))
        glare += np.clip(lobes, 0, 1) ** rng.uniform(2, 40) * rng.uniform(0, 0.7)
    elif kind == "knurled":
        u, v = rotated(size, rng.uniform(0, 3.14))
        p = log_uniform(rng, 6, 26)
        f = (np.abs((u + v) / p % 1 - 0.5) + np.abs((u - v) / p % 1 - 0.5) - 0.5) * rng.uniform(0.4, 1.2)
        glare += np.exp(-(((v - rng.uniform(-0.3, 0.3) * size) / (size * 0.2)) ** 2)) * rng.uniform(0, 0.5)
    else:
        h = noise(rng, size, rng.uniform(14, 50), 2)
        gy, gx = np.gradient(blur(h, 2))
        f = (gx * rng.uniform(-1, 1) + gy) * rng.uniform(3, 12)
    image = even(base, size) * (1 + f + noise(rng, size, size * 0.6, 1) * rng.uniform(0, 0.35))[..., None] + glare[..., None] * np.clip(base + 0.4, 0, 1)
    if rng.random() < 0.25:
        cx, cy = rng.uniform(0.15, 0.85, 2) * size
        r = rng.uniform(0.04, 0.13) * size
        d = np.hypot(x - cx, y - cy)
        image = mix(image, even(base * rng.uniform(0.05, 0.3), size), smoothstep(r - d, 0, 1.5))
        image = image + (np.exp(-(((d - r * 1.1) / 2.0) ** 2)) * rng.uniform(-0.3, 0.5))[..., None]
    name = {"lines": ["metal", "steel sheet", "aluminium plate"], "grooves": ["spindle", "shaft", "screw", "metal"], "cast": ["casting", "iron part", "metal"]}.get(kind, ["metal", "metal plate", "machined part"])
    return image, say(rng, *name), "metal"


def glazed(rng, size):
    """Glaze: one colour or running into another, specks, brush work, and what it mirrors."""
    image = even(colour(rng, (0, 0.8), (0.25, 1)), size)
    if rng.random() < 0.5:
        _, v = rotated(size, rng.uniform(0, 6.28))
        image = mix(image, even(colour(rng), size), smoothstep(v + noise(rng, size, 50, 4) * rng.uniform(5, 60), rng.uniform(-0.3, 0.3) * size, log_uniform(rng, 4, 160)))
    if rng.random() < 0.5:
        specks = smoothstep(noise(rng, size, rng.uniform(2, 9), 2), rng.uniform(0.8, 1.3), 0.2)
        image = mix(image, even(colour(rng), size), specks * rng.uniform(0.2, 0.9))
    if rng.random() < 0.3:
        _, v = rotated(size, rng.uniform(0, 3.14))
        image = mix(image, even(colour(rng), size), smoothstep(rng.uniform(2, 16) - np.abs(v + noise(rng, size, 90, 2) * 6 - rng.uniform(-0.3, 0.3) * size), 0, 2))
    image = image * (1 + noise(rng, size, rng.uniform(40, 150), 2)[..., None] * rng.uniform(0, 0.2))
    return reflections(rng, image, 0.85), say(rng, "ceramic", "tile", "porcelain", "plate", "bowl"), "ceramic"


def glass(rng, size):
    """Clear or tinted glass before a ground: bright and dark lines, caustics, highlights."""
    tint = colour(rng, (0, 0.5), (0.4, 1))
    image = even(tint, size) * (0.7 + 0.3 * noise(rng, size, 150, 2)[..., None])
    _, v = rotated(size, rng.choice([0, np.pi / 2]) + rng.normal(0, 0.1))
    v = v + noise(rng, size, 120, 2) * rng.uniform(0, 25)
    profile = cv2.GaussianBlur(rng.standard_normal((1, 1024)).astype(np.float32), (0, 0), log_uniform(rng, 3, 30))
    f = cv2.remap(profile / profile.std(), (v + 512).astype(np.float32), np.zeros_like(v, np.float32), cv2.INTER_LINEAR)
    image = image * (1 + np.tanh(f * rng.uniform(0.5, 2.5)) * rng.uniform(0.1, 0.6))[..., None]
    for _ in range(int(rng.integers(0, 4))):
        line = polyline(size, wander(rng, tuple(rng.uniform(0, size, 2)), rng.uniform(0, 6.28), rng.uniform(60, 300), 6, 0.08), rng.uniform(1, 6))
        image = image + (blur(line, rng.uniform(0.5, 3)) * rng.uniform(-0.4, 0.7))[..., None]
    return reflections(rng, image, 0.9), say(rng, "glass", "bottle", "glass pane", "vial"), "glass"


def granular(rng, size):
    """Terrazzo, cork, gravel, asphalt, a heap of grains: cells of uneven size and tone."""
    n = int(log_uniform(rng, 80, 2600))
    p = rng.uniform(0, size, (n, 2))
    small = np.full((size, size), 255, np.uint8)
    small[p[:, 1].astype(int), p[:, 0].astype(int)] = 0
    d, label = cv2.distanceTransformWithLabels(small, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    hue = rng.uniform(0, 180)
    palette = np.stack([colour(rng, (0, 0.5), (0.2, 0.95), hue if rng.random() < 0.7 else None) for _ in range(24)])
    order = rng.integers(0, 24, label.max() + 1)
    image = palette[order[label]]
    r = np.sqrt(size * size / n)
    grain = rng.random() < 0.6
    if grain:
        image = image * np.clip(1.25 - d / r * rng.uniform(0.8, 1.6), 0.15, 1.2)[..., None]
    else:
        keep = rng.random(label.max() + 1) < rng.uniform(0.2, 0.7)
        chip = smoothstep(r * 0.55 - d + noise(rng, size, r, 2) * r * 0.25, 0, 1.5) * keep[label]
        image = mix(even(colour(rng, (0, 0.3), (0.3, 0.95)), size), image, chip)
    image = image * (1 + noise(rng, size, 6, 3)[..., None] * rng.uniform(0, 0.25))
    return image.astype(np.float32), say(rng, "gravel", "grains", "cork", "seeds") if grain else say(rng, "terrazzo", "stone", "granite", "floor"), "stone"


def grown(rng, size):
    """Leaf, bark, hide, peel: branching veins, wrinkles, spots that belong to it."""
    image = even(colour(rng, (0.2, 0.9), (0.2, 0.9), rng.choice([rng.uniform(5, 30), rng.uniform(35, 80)])), size)
    image = image * (1 + noise(rng, size, rng.uniform(10, 80), 4)[..., None] * rng.uniform(0.1, 0.5))
    kind = rng.integers(3)
    if kind == 0:
        layer, a = np.zeros((size, size), np.float32), rng.uniform(0, 6.28)
        mid = wander(rng, (size / 2 - np.cos(a) * size * 0.6, size / 2 - np.sin(a) * size * 0.6), a, size * 1.2, 5, 0.02)
        layer = polyline(size, mid, rng.uniform(2, 5))
        for k in range(4, len(mid) - 2, int(rng.integers(3, 8))):
            for side in (-1, 1):
                layer = np.maximum(layer, polyline(size, wander(rng, mid[k], a + side * rng.uniform(0.6, 1.1), size * 0.5, 5, 0.03), rng.uniform(0.8, 2)) * 0.8)
        image = mix(image, np.clip(image * rng.choice([0.6, 1.5]) + 0.05, 0, 1), layer * rng.uniform(0.4, 1))
        return image, "leaf", "plant"
    h = noise(rng, size, rng.uniform(10, 60), 5, (rng.uniform(0.5, 1), rng.uniform(1, 4)))
    gy, gx = np.gradient(blur(h, 1))
    image = image * (1 + (gx + gy) * rng.uniform(1, 7))[..., None]
    if kind == 1:
        ridges = np.abs(noise(rng, size, rng.uniform(12, 60), 4))
        image = image * (1 - np.exp(-((ridges / 0.06) ** 2)) * rng.uniform(0.2, 0.7))[..., None]
        return image, say(rng, "leather", "bark", "skin"), "leather"
    spots = smoothstep(noise(rng, size, rng.uniform(4, 16), 2), rng.uniform(0.8, 1.2), 0.3)
    return mix(image, np.clip(image * rng.uniform(0.4, 0.8), 0, 1), spots), say(rng, "fruit", "bread", "vegetable", "peel"), "food"


def photographed(rng, size):
    return materials.photograph(rng, size), say(rng, "surface", "texture", "panel"), "unknown"


CALM = {
    veined_stone: 1.2, layered_stone: 0.8, grained_wood: 1.2, rough_paper: 1.8, weave: 2, ribbed_cloth: 0.6, net: 0.7, patterned: 1.3, packaging: 1.3,
    worked_metal: 2.2, glazed: 1.2, glass: 0.8, granular: 0.9, grown: 0.9, photographed: 1.8,
}
BODIES = {veined_stone: 0.6, grained_wood: 1, weave: 0.4, patterned: 0.7, packaging: 0.8, worked_metal: 2.2, glazed: 2.2, glass: 1, granular: 0.4, grown: 1, photographed: 0.8}


def _choose(rng, makers):
    keys = list(makers)
    w = np.array([makers[k] for k in keys])
    image, name, material = keys[rng.choice(len(keys), p=w / w.sum())](rng, size=288)
    return np.clip(image, 0, 1).astype(np.float32), name, material


def light(rng, image):
    """Uneven light, a cast shadow, a soft spot: harmless."""
    size = image.shape[0]
    if rng.random() < 0.6:
        u, _ = rotated(size, rng.uniform(0, 6.28))
        image = image * (1 + u / size * rng.uniform(0, 0.8))[..., None]
    if rng.random() < 0.2:
        _, v = rotated(size, rng.uniform(0, 6.28))
        shadow = smoothstep(v + noise(rng, size, 100, 2) * rng.uniform(0, 20), rng.uniform(-0.4, 0.4) * size, log_uniform(rng, 2, 60))
        image = image * (1 - shadow * rng.uniform(0.1, 0.5))[..., None]
    if rng.random() < 0.2:
        spot = blur(blob(rng, size, rng.uniform(0, size, 2), rng.uniform(0.1, 0.5) * size, 0.3), rng.uniform(10, 50))
        image = image + (spot * rng.uniform(0.05, 0.4))[..., None]
    return np.clip(image, 0, 1).astype(np.float32)


def calm_scene(rng, size):
    """(image float32 [S, S, 3], where defects may lie float32 [S, S], name, material): a good picture."""
    if rng.random() < 0.72:
        image, name, material = _choose(rng, CALM)
        return light(rng, image), np.ones((size, size), np.float32), name, material
    back = _choose(rng, CALM)[0] if rng.random() < 0.35 else materials.plain(rng, size)
    body, _, material = _choose(rng, BODIES)
    mask, _, name = shapes.outline(rng, size, size * rng.uniform(0.3, 0.47))
    body, _ = shapes.shade(rng, body, mask, rng.uniform(0.1, 0.8))
    if material in ("ceramic", "glass", "metal") and rng.random() < 0.6:
        body = np.clip(reflections(rng, body), 0, 1)
    shadow = blur(np.roll(mask, tuple(rng.integers(-9, 10, 2)), (0, 1)), rng.uniform(2, 12))
    back = back * (1 - shadow * rng.uniform(0, 0.5))[..., None]
    return light(rng, mix(back, body, mask)), cv2.erode((mask > 0.9).astype(np.float32), np.ones((5, 5))), name, material


QUIET = {
    "scratch": 1.1, "crack": 1, "stain": 1.2, "ink": 0.5, "pits": 1, "hole": 0.9, "foreign": 1.3, "displaced": 1.3, "blur": 0.8, "bend": 1.2, "fibre": 0.6,
    "crumbs": 0.6, "discolouration": 1.2, "worn": 1.2, "embedded": 0.9,
}
