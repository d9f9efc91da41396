"""What lives here: the frozen stem's output for generated shards, with augmentation baked in. What may not: training.

Usage: python cache.py WORK RUN SHARDS VERSION   (SHARDS: 0-24,100-106 or so, without the last; several processes may run at once)
writes WORK/cache/NNNN.V.taps.npy float16 [n, 256, 272], .masks.npy uint8 [n, 64, 64] (share of the cell times 255),
.measure.npy float32 [n, 14] (colours.py) for the shard's pictures read at 256 px, in the shard's order.
Twins (a good picture and the same with a defect, see generate.py) get the same crop, turn and colours.
"""

import sys
from pathlib import Path

import cv2
import json
import numpy as np
import torch

import colours
from model import Starter
from losses import MEAN, STD, augment

SIDE, BATCH, SEED = 256, 20, 5


def varied(rng, image, mask, union):
    """One augmented picture: uint8 [256, 256, 3] and its mask [64, 64] in 0..1; crops are judged by `union`, the twins' common mask."""
    crop, cut = augment(rng, np.dstack([image, mask * 255]), union, SIDE)
    if crop is not None:
        image, mask = crop[..., :3], crop[..., 3] > 127
    image = cv2.resize(np.ascontiguousarray(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA if image.shape[0] > SIDE else cv2.INTER_CUBIC)
    mask = cv2.resize(np.ascontiguousarray(mask).astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    k = rng.integers(4)
    image, mask = np.rot90(image, k), np.rot90(mask, k)
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.08:
        image = image[..., rng.permutation(3)]
    if rng.random() < 0.3:
        image = np.clip(image.astype(np.float32) * rng.uniform(0.75, 1.25) + rng.normal(0, 10, 3), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(image), np.ascontiguousarray(mask)


@torch.no_grad()
def write(stem, work, shard, version):
    out = work / "cache"
    out.mkdir(exist_ok=True)
    base = out / f"{shard:04d}.{version}"
    if base.with_name(base.name + ".measure.npy").exists():
        return
    meta = json.loads((work / "shards" / f"{shard:04d}.json").read_text())
    images = np.load(work / "shards" / f"{shard:04d}.images.npy", mmap_mode="r")
    masks = np.load(work / "shards" / f"{shard:04d}.masks.npy", mmap_mode="r")
    n = len(meta)
    taps = np.zeros((n, 256, 272), np.float16)
    small, measured = np.zeros((n, 64, 64), np.uint8), np.zeros((n, 14), np.float32)
    for first in range(0, n, BATCH):
        batch = []
        for k in range(first, min(n, first + BATCH)):
            twin = meta[k].get("twin", k)
            rng = np.random.default_rng([SEED, version, shard, min(k, twin)])
            union = np.asarray(masks[k]) | np.asarray(masks[twin])
            image, mask = varied(rng, np.asarray(images[k]), np.asarray(masks[k]), union)
            small[k] = np.round(mask * 255)
            measured[k] = colours.measure(image)
            batch.append(image)
        x = (torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float() / 255 - MEAN) / STD
        with torch.autocast("cpu", torch.bfloat16):
            taps[first : first + len(batch)] = stem.taps(x).float().numpy()
    np.save(out / f"{base.name}.taps.npy", taps)
    np.save(out / f"{base.name}.masks.npy", small)
    np.save(out / f"{base.name}.measure.npy", measured)
    print(shard, version, flush=True)


def main(work: Path, run: str, shards: str, version: int):
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    model = Starter()
    model.load_state_dict(torch.load(work / "runs" / f"{run}.pt", weights_only=False)["average"])
    for part in shards.split(","):
        first, last = (int(v) for v in part.split("-"))
        for shard in range(first, last):
            write(model.visual.stem.eval(), work, shard, version)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
