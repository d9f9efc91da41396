"""What lives here: writing shards of generated pictures with masks and what they show.
What may not: training.

Usage: python generate.py WORK FIRST LAST   writes shards FIRST..LAST-1 of WORK/shards, 500 pictures each:
NNNN.images.npy uint8 [500, 288, 288, 3], NNNN.masks.npy uint8 (0/1) [500, 288, 288], NNNN.json (list of {scene, name, defects}
and, from shard CALM on, where known: material; twin, the index of the same picture with or without the defect).
Each shard has its own seed; existing shards are kept.
"""

import glob
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import calm_scenes
import extra_scenes
import materials
import odd_scenes
import scenes
from defects import WEIGHTS, add_defects

SIDE, PER_SHARD, SEED = 288, 500, 20261122
PAPERS = Path("/work/shared/data/paper-impurities")
# These three classes hold the evaluation fixture's images: never trained on.
PAPERS_NEVER = ("PA_BDP01_TL", "PA_BRG03_TL", "PA_GLA01_TL")
PAPER_SHARE = 0.10


def load_papers():
    """Good and bad real papers of the nine allowed classes: lists of (image, mask)."""
    good, bad = [], []
    for folder in sorted(p for p in PAPERS.iterdir() if p.is_dir() and p.name not in PAPERS_NEVER):
        for path in sorted(glob.glob(str(folder / "test" / "*" / "*"))):
            image = np.asarray(Image.open(path).convert("RGB"))
            if "/good/" in path:
                good.append((image, np.zeros(image.shape[:2], np.uint8)))
            else:
                stem = Path(path).stem
                found = [m for m in glob.glob(str(folder / "ground_truth" / "*" / "*")) if Path(m).stem.replace("_mask", "") == stem]
                bad.append((image, (np.asarray(Image.open(found[0]).convert("L")) > 0).astype(np.uint8)))
    return good, bad


def paper(rng, size, abnormal, papers, faint=False):
    """A real paper, whole or cropped; bad ones have their own mask, some good ones get a synthetic defect."""
    good, bad = papers
    real = abnormal and rng.random() < (0.4 if faint else 0.7)
    image, mask = (bad if real else good)[rng.integers(len(bad if real else good))]
    side = 128 if rng.random() < 0.5 else int(rng.integers(80, 128))
    y, x = rng.integers(129 - side), rng.integers(129 - side)
    image, mask = image[y : y + side, x : x + side], mask[y : y + side, x : x + side]
    turns = rng.integers(4)
    image, mask = np.rot90(image, turns), np.rot90(mask, turns)
    image = cv2.resize(np.ascontiguousarray(image), (size, size), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    mask = cv2.resize(np.ascontiguousarray(mask).astype(np.float32), (size, size)) > 0.5
    names = ["impurity"] if mask.any() else []
    if abnormal and not real:
        weights, contrast = (extra_scenes.FAINT, 0.03) if faint else (WEIGHTS, 0.07)
        image, mask, names = add_defects(rng, image, np.ones((size, size), np.float32), weights, contrast=contrast)
    if rng.random() < 0.3:
        image = np.clip(image * rng.uniform(0.7, 1.2) + rng.normal(0, 0.05, 3), 0, 1).astype(np.float32)
    return (image * 255).astype(np.uint8), mask, "paper", "paper", names


# Shards from this number on also show the scenes that were added later, and fewer papers.
LATER = 100
FAINT = 200
# Lively good surfaces, mostly in twins: the same picture good and with a defect, so that nothing but the defect tells them apart.
CALM = 300
# Patterned surfaces and arrays where only unlikeness to the rest of the same picture tells the defect, in twins.
ODD = 400


def picture(rng, size, papers, shard=0):
    abnormal = rng.random() < 0.62
    share, kinds = (PAPER_SHARE, scenes.SCENES) if shard < LATER else (0.05, extra_scenes.MORE_SCENES) if shard < FAINT else (0.25, extra_scenes.FAINT_SCENES)
    if rng.random() < share:
        return paper(rng, size, abnormal, papers, shard >= FAINT)
    return scenes.compose(rng, size, abnormal, kinds)


def quiet_defects(rng, image, allowed):
    """Defects of low to middle contrast: no fainter than half of the surface's own fine structure."""
    fine = np.abs(image - cv2.GaussianBlur(image, (0, 0), 3))[allowed > 0.5]
    contrast = float(np.clip(0.025 + 0.6 * (fine.mean() if len(fine) else 0), 0.035, 0.11))
    return add_defects(rng, image, allowed, calm_scenes.QUIET, count=int(rng.choice([1, 1, 1, 2])), scale_range=(5.0, 56.0), contrast=contrast)


def calm_pictures(rng, size, papers):
    """One good picture, or a good one and its twin: a list of (image, mask, scene, name, material or None, names)."""
    kind = rng.random()
    single = rng.random() < 0.25
    if kind < 0.58:
        image, allowed, name, material = calm_scenes.calm_scene(rng, size)
        seed = int(rng.integers(1 << 31))
        out = [(scenes.camera(np.random.default_rng(seed), image), np.zeros((size, size), bool), "calm", name, material, [])]
        if not single:
            changed, mask, names = quiet_defects(rng, image, allowed)
            if names:
                other = seed if rng.random() < 0.7 else seed + 1
                out.append((scenes.camera(np.random.default_rng(other), changed), mask, "calm", name, material, names))
        return out
    if kind < 0.68:
        image, mask, scene, name, names = paper(rng, size, False, papers)
        out = [(image, mask, scene, name, "paper", names)]
        if not single:
            changed, mask, names = quiet_defects(rng, image.astype(np.float32) / 255, np.ones((size, size), np.float32))
            if names:
                out.append(((np.clip(changed, 0, 1) * 255).astype(np.uint8), mask, scene, name, "paper", names))
        return out
    seed = int(rng.integers(1 << 31))
    kinds = scenes.SCENES if kind < 0.82 else extra_scenes.MORE_SCENES
    out = []
    for abnormal in (False,) if single else (False, True):
        image, mask, scene, name, names = scenes.compose(np.random.default_rng(seed), size, abnormal, kinds)
        if abnormal and not names:
            break
        # the name may be drawn after the defect, so the twin takes the good picture's
        out.append((image, mask, scene, out[0][3] if out else name, None, names))
    return out


def odd_pictures(rng, size):
    """As calm_pictures; the defect is an odd spot, or one of defects.py upon the same strong pattern."""
    seed, eye = (int(v) for v in rng.integers(1 << 31, size=2))
    image, empty, name, material = odd_scenes.odd_scene(np.random.default_rng(seed), size, False)
    out = [(scenes.camera(np.random.default_rng(eye), image), empty, "odd", name, material, [])]
    if rng.random() < 0.15:
        return out
    if rng.random() < 0.7:
        changed, mask, _, _ = odd_scenes.odd_scene(np.random.default_rng(seed), size, True)
        names = ["odd"] if mask.any() else []
    else:
        changed, mask, names = quiet_defects(rng, image, np.ones((size, size), np.float32))
    if names:
        out.append((scenes.camera(np.random.default_rng(eye if rng.random() < 0.7 else eye + 1), changed), mask, "odd", name, material, names))
    return out


def twin_shard(rng, papers, images, masks, odd):
    meta = []
    while len(meta) < PER_SHARD:
        found = (odd_pictures(rng, SIDE) if odd else calm_pictures(rng, SIDE, papers))[: PER_SHARD - len(meta)]
        for n, (image, mask, scene, name, material, names) in enumerate(found):
            k = len(meta)
            images[k], masks[k] = image, mask
            meta.append({"scene": scene, "name": name, "defects": names} | ({"material": material} if material not in (None, "unknown") else {}) | ({"twin": k + 1 - 2 * n} if len(found) == 2 else {}))
    return meta


def main(work: Path, first: int, last: int):
    cv2.setNumThreads(1)
    materials.load_textures(work / "textures.npy")
    papers = load_papers()
    out = work / "shards"
    out.mkdir(exist_ok=True)
    for shard in range(first, last):
        if (out / f"{shard:04d}.json").exists():
            continue
        rng = np.random.default_rng([SEED, shard])
        images, masks = np.zeros((PER_SHARD, SIDE, SIDE, 3), np.uint8), np.zeros((PER_SHARD, SIDE, SIDE), np.uint8)
        meta = twin_shard(rng, papers, images, masks, shard >= ODD) if shard >= CALM else []
        for k in range(len(meta), PER_SHARD):
            images[k], masks[k], scene, name, names = picture(rng, SIDE, papers, shard)
            meta.append({"scene": scene, "name": name, "defects": names})
        np.save(out / f"{shard:04d}.images.npy", images)
        np.save(out / f"{shard:04d}.masks.npy", masks)
        (out / f"{shard:04d}.json").write_text(json.dumps(meta))
        print(shard, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
