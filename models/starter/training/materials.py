"""What lives here: surfaces without defects, photographed and procedural.
What may not: objects, defects, captions.

Each maker takes (rng, size) and returns float32 [size, size, 3] in 0..1.
"""

import cv2
import numpy as np

from fields import blur, colour, grid, log_uniform, mix, noise, pick, polygon, rotated, smoothstep, warp

_textures = None


def load_textures(path):
    """Map the array of photographed textures; call once a process."""
    global _textures
    _textures = np.load(path, mmap_mode="r")


def photograph(rng, size):
    index = rng.integers(len(_textures))
    texture = _textures[index]
    side = int(rng.uniform(110, texture.shape[0]))
    y, x = rng.integers(texture.shape[0] - side + 1), rng.integers(texture.shape[1] - side + 1)
    patch = np.ascontiguousarray(texture[y : y + side, x : x + side]).astype(np.float32) / 255
    patch = cv2.resize(patch, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC)
    patch = np.rot90(patch, rng.integers(4))
    if rng.random() < 0.4:
        grey = patch.mean(2, keepdims=True)
        patch = grey + (patch - grey) * rng.uniform(0, 1.2)
    if rng.random() < 0.4:
        patch = np.clip(patch, 1e-3, 1) ** log_uniform(rng, 0.6, 1.6)
    if rng.random() < 0.3:
        mean = patch.mean((0, 1))
        patch = mean + (patch - mean) * rng.uniform(0.25, 0.9) + (colour(rng) - mean) * rng.uniform(0, 0.7)
    return np.clip(np.ascontiguousarray(patch), 0, 1)


def _base(rng, size, field, strength, saturation=(0, 0.3), value=(0.25, 0.85), second=None):
    a = colour(rng, saturation, value)
    b = np.clip(a * rng.uniform(0.3, 0.8), 0, 1) if second is None else second
    t = np.clip(0.5 + field * strength, 0, 1)
    return mix(np.broadcast_to(a, (size, size, 3)), np.broadcast_to(b, (size, size, 3)), t).astype(np.float32)


def metal_brushed(rng, size):
    u = noise(rng, size, 3, 2, (1, rng.uniform(10, 60)))
    u = _turn(u, rng)
    sheen = noise(rng, size, size * rng.uniform(0.3, 1), 1)
    return _base(rng, size, u * rng.uniform(0.15, 0.5) + sheen * 0.3, 1.0, (0, 0.2))


def metal_cast(rng, size):
    f = noise(rng, size, rng.uniform(3, 9), 3) + 0.4 * rng.standard_normal((size, size), np.float32)
    return _base(rng, size, blur(f, rng.uniform(0.4, 1.2)), rng.uniform(0.1, 0.4), (0, 0.15), (0.2, 0.7))


def metal_turned(rng, size):
    """Bands of light on a cylinder or a helix: strong smooth gradients with fine tool marks."""
    angle = rng.uniform(0, np.pi)
    u, v = rotated(size, angle)
    period = log_uniform(rng, 35, 260)
    bend = noise(rng, size, size, 1) * rng.uniform(0, 18) + (u / size) ** 2 * rng.uniform(-40, 40)
    phase = (v + bend) / period * 2 * np.pi + rng.uniform(0, 6.28)
    profile = sum(rng.normal(0, 1 / k) * np.cos(k * phase + rng.uniform(0, 6.28)) for k in range(1, 6))
    profile = np.tanh(profile * rng.uniform(0.6, 3.5))
    along = noise(rng, size, size * 0.6, 1)
    marks = _turn(noise(rng, size, 2, 1, (1, 40)), rng, angle) * rng.uniform(0, 0.25)
    across = np.cos(u / size * rng.uniform(2, 8) + rng.uniform(0, 6.28)) * rng.uniform(0, 0.6)
    return _base(rng, size, profile * 0.45 + along * 0.2 + marks + across * 0.4, rng.uniform(0.5, 1.1), (0, 0.4), (0.5, 1.0), colour(rng, (0, 0.4), (0.05, 0.35)))


def ceramic(rng, size):
    f = noise(rng, size, rng.uniform(20, 120), 2) * 0.15 + rng.standard_normal((size, size), np.float32) * rng.uniform(0, 0.05)
    image = _base(rng, size, f, 0.5, (0, 0.5), (0.4, 1.0))
    if rng.random() < 0.4:
        specks = smoothstep(noise(rng, size, rng.uniform(2, 6)), rng.uniform(0.9, 1.4), 0.2)
        image = mix(image, np.broadcast_to(colour(rng), image.shape), specks * rng.uniform(0.2, 0.8))
    return image


def woven(rng, size):
    angle = rng.choice([0, np.pi / 4, rng.uniform(0, np.pi)])
    u, v = rotated(size, angle)
    period = log_uniform(rng, 4, 22)
    wobble = noise(rng, size, 60, 1) * rng.uniform(0, 2)
    a, b = np.sin((u + wobble) / period * 2 * np.pi), np.sin((v - wobble) / period * 2 * np.pi)
    kind = rng.integers(3)
    f = a * b if kind == 0 else np.where(np.sin((u + v) / period * np.pi) > 0, a, b) if kind == 1 else np.maximum(np.abs(a), np.abs(b)) * 2 - 1
    f = f + rng.standard_normal((size, size), np.float32) * rng.uniform(0, 0.5)
    return _base(rng, size, f * 0.5, rng.uniform(0.2, 0.9), (0, 0.8), (0.2, 0.95))


def carpet(rng, size):
    f = blur(rng.standard_normal((size, size), np.float32), rng.uniform(0.6, 1.6))
    f = f / f.std() * 0.4 + noise(rng, size, 14, 2) * 0.3
    return _base(rng, size, f, rng.uniform(0.2, 0.7), (0, 0.6), (0.2, 0.8))


def wood(rng, size):
    angle = rng.uniform(0, np.pi)
    u, v = rotated(size, angle)
    v = v + _turn(noise(rng, size, 70, 2, (1, 3)), rng, angle) * rng.uniform(4, 25)
    rings = np.sin(v / log_uniform(rng, 3, 14) * 2)
    fibre = _turn(noise(rng, size, 3, 2, (1, 25)), rng, angle)
    return _base(rng, size, rings * 0.3 + fibre * 0.4, rng.uniform(0.2, 0.7), (0.2, 0.7), (0.35, 0.9), None)


def paper(rng, size):
    f = rng.standard_normal((size, size), np.float32) * 0.25 + noise(rng, size, rng.uniform(3, 20), 3)
    image = _base(rng, size, f, rng.uniform(0.03, 0.2), (0, 0.35), (0.5, 1.0))
    for _ in range(int(rng.integers(0, 40)) if rng.random() < 0.4 else 0):
        from fields import polyline, wander

        line = polyline(size, wander(rng, tuple(rng.uniform(0, size, 2)), rng.uniform(0, 6.28), rng.uniform(5, 25), 3, 0.4), 0.7)
        image = mix(image, np.broadcast_to(colour(rng, (0, 0.5)), image.shape), line * 0.35)
    return image


def leather(rng, size):
    n = int(log_uniform(rng, 120, 1500))
    points = rng.uniform(0, size, (n, 2)).astype(np.float32)
    seeds = np.full((size, size), 255, np.uint8)
    seeds[points[:, 1].astype(int), points[:, 0].astype(int)] = 0
    d = cv2.distanceTransform(seeds, cv2.DIST_L2, 3)
    f = d / (np.sqrt(size * size / n) * 0.6) - 0.5
    return _base(rng, size, blur(f, 0.8), rng.uniform(0.15, 0.6), (0.1, 0.7), (0.2, 0.8))


def tiles(rng, size):
    u, v = rotated(size, rng.choice([0.0, np.pi / 4, rng.uniform(-0.1, 0.1)]))
    period = log_uniform(rng, 18, 110)
    gap = rng.uniform(0.03, 0.12)
    row = np.floor(v / period)
    u = u + (row % 2) * period * rng.choice([0, 0.5])
    fu, fv = u / period % 1, v / period % 1
    joint = 1 - smoothstep(np.minimum(np.minimum(fu, 1 - fu), np.minimum(fv, 1 - fv)), gap, 0.04)
    tone = np.sin(np.floor(u / period) * 12.9898 + row * 78.233 + rng.uniform(0, 9)) * rng.uniform(0, 0.5)
    body = _base(rng, size, tone * 0.4 + noise(rng, size, 6, 2) * 0.15, rng.uniform(0.2, 0.8), (0, 0.7), (0.2, 0.95))
    return mix(body, np.broadcast_to(colour(rng, (0, 0.3), (0.1, 0.9)), body.shape), joint)


def printed(rng, size):
    """A printed motif, repeated: dots, stripes, checks or a small drawing, on paper or plastic."""
    base = pick_maker(rng, {"paper": 1, "plastic": 1, "ceramic": 0.5})[1](rng, size)
    angle = rng.choice([0, np.pi / 4, rng.uniform(0, 3.14)])
    u, v = rotated(size, angle)
    period = log_uniform(rng, 9, 70)
    kind = rng.integers(4)
    if kind == 0:
        f = 0.32 - np.hypot(u / period % 1 - 0.5, v / period % 1 - 0.5)
    elif kind == 1:
        f = np.abs(u / period % 1 - 0.5) - rng.uniform(0.12, 0.38)
    elif kind == 2:
        f = np.where((np.floor(u / period) + np.floor(v / period)) % 2 == 0, 0.3, -0.3)
    else:
        motif = noise(rng, 64, 20, 1)
        f = cv2.remap(motif, (u / period % 1 * 63).astype(np.float32), (v / period % 1 * 63).astype(np.float32), cv2.INTER_LINEAR) * 0.5
    ink = smoothstep(f, 0.0, 0.06)
    return mix(base, np.broadcast_to(colour(rng), base.shape) * (0.9 + 0.1 * base), ink * rng.uniform(0.4, 1))


def plastic(rng, size):
    f = noise(rng, size, size * 0.8, 1) * 0.15 + rng.standard_normal((size, size), np.float32) * rng.uniform(0, 0.04)
    return _base(rng, size, f, rng.uniform(0.1, 0.5), (0, 1), (0.1, 1))


def speckled(rng, size):
    """Stone, terrazzo, baked dough: chips of other colours are part of the good surface."""
    image = _base(rng, size, noise(rng, size, rng.uniform(5, 30), 4), rng.uniform(0.15, 0.6), (0, 0.7), (0.25, 0.95))
    for _ in range(rng.integers(1, 4)):
        cell = log_uniform(rng, 3, 18)
        chips = smoothstep(noise(rng, size, cell, 2), rng.uniform(0.6, 1.1), 0.15)
        image = mix(image, np.broadcast_to(colour(rng, (0, 0.7), (0.05, 1)), image.shape), chips * rng.uniform(0.2, 0.9))
    return image


def crumb(rng, size):
    """Bread, biscuit, nut skin, foam: relief at several scales, lit from one side."""
    height = noise(rng, size, rng.uniform(12, 70), 5)
    gy, gx = np.gradient(blur(height, 0.7))
    a = rng.uniform(0, 6.28)
    light = (gx * np.cos(a) + gy * np.sin(a)) * rng.uniform(2, 9)
    return _base(rng, size, light + height * rng.uniform(0, 0.4), rng.uniform(0.3, 0.9), (0.1, 0.75), (0.35, 0.95))


def mesh(rng, size):
    u, v = rotated(size, rng.choice([0, np.pi / 4, rng.uniform(0, 3)]))
    period = log_uniform(rng, 10, 40)
    d = np.minimum(np.abs(u / period % 1 - 0.5), np.abs(v / period % 1 - 0.5))
    wire = 1 - smoothstep(d, rng.uniform(0.05, 0.16), 0.06)
    back = plastic(rng, size)
    return mix(back, np.broadcast_to(colour(rng, (0, 0.4)), back.shape) * (1 - d[..., None]), wire)


def _turn(field, rng, angle=None):
    size = field.shape[0]
    angle = rng.uniform(0, 180) if angle is None else -np.degrees(angle)
    m = cv2.getRotationMatrix2D((size / 2, size / 2), float(angle), 1.0)
    return cv2.warpAffine(field, m, (size, size), borderMode=cv2.BORDER_REFLECT_101)


MAKERS = {
    "photograph": photograph, "metal_brushed": metal_brushed, "metal_cast": metal_cast, "metal_turned": metal_turned, "ceramic": ceramic,
    "woven": woven, "carpet": carpet, "wood": wood, "paper": paper, "leather": leather, "tiles": tiles, "printed": printed,
    "plastic": plastic, "speckled": speckled, "crumb": crumb, "mesh": mesh,
}
NAMES = {
    "photograph": ["surface", "texture", "wall", "stone", "floor", "panel"], "metal_brushed": ["metal", "steel sheet", "aluminium plate"],
    "metal_cast": ["casting", "metal", "iron part"], "metal_turned": ["shaft", "screw", "metal", "spindle"], "ceramic": ["ceramic", "tile", "plate"],
    "woven": ["fabric", "cloth", "textile"], "carpet": ["carpet", "felt"], "wood": ["wood", "board", "veneer"], "paper": ["paper", "cardboard", "sheet"],
    "leather": ["leather", "skin"], "tiles": ["tiles", "brick wall", "mosaic"], "printed": ["print", "label", "wallpaper", "packaging"],
    "plastic": ["plastic", "housing", "cover"], "speckled": ["stone", "terrazzo", "granite"], "crumb": ["bread", "foam", "concrete", "plaster"], "mesh": ["grid", "mesh", "grating"],
}
SURFACES = {
    "photograph": 9, "metal_brushed": 1.2, "metal_cast": 1.2, "metal_turned": 1.5, "ceramic": 1, "woven": 1.5, "carpet": 0.8, "wood": 1, "paper": 1.4,
    "leather": 0.8, "tiles": 0.8, "printed": 1, "plastic": 0.6, "speckled": 1, "crumb": 1, "mesh": 0.5,
}
BODIES = {
    "photograph": 4, "metal_brushed": 1, "metal_cast": 1, "metal_turned": 0.6, "ceramic": 1, "woven": 0.4, "wood": 1, "paper": 0.4, "leather": 0.6,
    "plastic": 3, "speckled": 1.2, "crumb": 2.2, "printed": 0.6,
}
BACKGROUNDS = {
    "plain": 5, "photograph": 2.5, "plastic": 1, "paper": 1, "metal_brushed": 0.5, "carpet": 0.5, "woven": 0.5, "wood": 0.5, "metal_cast": 0.5, "crumb": 0.2,
}


def plain(rng, size):
    """A studio background: white, black or one colour, softly lit."""
    kind = rng.integers(3)
    c = colour(rng, (0, 0.08), (0.88, 1.0)) if kind == 0 else colour(rng, (0, 0.2), (0.02, 0.35)) if kind == 1 else colour(rng, (0, 1), (0.2, 1))
    f = 1 + noise(rng, size, size, 1) * rng.uniform(0, 0.1) + rng.standard_normal((size, size), np.float32) * rng.uniform(0, 0.02)
    return np.clip(c * f[..., None], 0, 1).astype(np.float32)


MAKERS["plain"] = plain
NAMES["plain"] = ["background"]


def pick_maker(rng, weights, without=()):
    kind = pick(rng, {k: w for k, w in weights.items() if k not in without})
    return kind, MAKERS[kind]


def surface(rng, size, weights=SURFACES, without=()):
    """A random good surface: (image, kind)."""
    kind, maker = pick_maker(rng, weights, without)
    return np.clip(maker(rng, size), 0, 1).astype(np.float32), kind
