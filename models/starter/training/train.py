"""What lives here: training of blocks, projection and text tower on the cached output of the frozen stem, resumable.
What may not: the evaluation fixture, pixels.

Usage: python train.py WORK RUN --steps 4000 --start a3 [...]   after cache.py. Writes WORK/runs/RUN.pt now and then and at the end.
The rate follows the steps and every step has its own seed, so a run made again, or stopped and taken up, is the same run.

Losses (weights in --weights): `map`, `dpam`: focal, Dice, cross-entropy of the patch maps; `cls`, `raw`, `window`: the image's label;
`calm`: patches of a good picture must stay below nearly all defect patches of its twin; `name`, `material`, `colour`: which words
fit the picture, whatever state word stands beside them; `neutral`: words that say nothing about the state, and words that say the same
about it, must not tell a twin with a defect from the one without, neither by class token nor by patches; `blind`: the same without
regard to size, as the correlation with the label over the batch; `contrast`: whole captions;
`words`: dictionary vectors read from the text features. The token table stays as the dictionary gave it (it is not trained), and
the held-out words stand in no sentence of any of these.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import captions
import colours
import tokenizer
from losses import TEMPERATURE, map_loss, pair_logits, window_index
from model import Starter

NAME_TEMPERATURE = 0.05
PAST = 20  # batches whose class tokens `blind` remembers


class Cache:
    """Cached shards by group; a batch is half twins."""

    def __init__(self, work, shards, shares):
        self.meta, self.files, self.shards = {}, {}, shards
        for shard in shards:
            self.meta[shard] = json.loads((work / "shards" / f"{shard:04d}.json").read_text())
            self.files[shard] = []
            for first in sorted((work / "cache").glob(f"{shard:04d}.*.measure.npy")):
                base = str(first)[: -len(".measure.npy")]
                self.files[shard].append((np.load(base + ".taps.npy", mmap_mode="r"), np.load(base + ".masks.npy", mmap_mode="r"), np.load(base + ".measure.npy")))
        self.groups = {g: [s for s in shards if low <= s < high] for g, low, high in (("0", 0, 100), ("100", 100, 200), ("200", 200, 300), ("300", 300, 400), ("400", 400, 10_000))}
        self.shares = {g: w for g, w in shares.items() if self.groups[g]}

    def batch(self, rng, count):
        """Rows (shard, index, version), twins next to one another; and the places of (good, defective) twins in the batch."""
        rows, twins = [], []
        names, p = list(self.shares), np.array(list(self.shares.values()))
        while len(rows) < count:
            group = self.groups[names[rng.choice(len(names), p=p / p.sum())]]
            shard = group[rng.integers(len(group))]
            k, version = int(rng.integers(len(self.meta[shard]))), int(rng.integers(len(self.files[shard])))
            twin = self.meta[shard][k].get("twin")
            if twin is not None and len(rows) + 2 <= count:
                twins.append((len(rows), len(rows) + 1))
                rows += [(shard, min(k, twin), version), (shard, max(k, twin), version)]
            elif twin is None or len(rows) + 1 == count:
                rows.append((shard, k, version))
        return rows, twins

    def read(self, rows):
        parts = [self.files[s][v] for s, _, v in rows]
        taps = torch.from_numpy(np.stack([f[0][k] for f, (_, k, _) in zip(parts, rows)]))
        mask = torch.from_numpy(np.stack([f[1][k] for f, (_, k, _) in zip(parts, rows)])).float() / 255
        measured = np.stack([f[2][k] for f, (_, k, _) in zip(parts, rows)])
        return taps, mask, measured, [self.meta[s][k] for s, k, _ in rows]


class Words:
    """The dictionary: the token table's start, targets for text features, and words that say nothing about the state."""

    def __init__(self, path, far=0.45):
        data = np.load(path)
        self.all_words, self.all_vectors = [str(w) for w in data["words"]], data["vectors"]
        unit = self.all_vectors / np.linalg.norm(self.all_vectors, axis=1, keepdims=True)
        index = {w: i for i, w in enumerate(self.all_words)}
        state = [index[w] for w in sorted(captions.words_of(captions.NORMAL + captions.ABNORMAL + [d for ds in captions.DEFECT_WORDS.values() for d in ds])) if w in index and len(w) > 3]
        near = (unit @ unit[state].T).max(1)
        keep = [i for i, w in enumerate(self.all_words) if not captions.held_out(w)]
        self.words, self.vectors = [self.all_words[i] for i in keep], torch.from_numpy(self.all_vectors[keep])
        self.neutral = [self.all_words[i] for i in keep if i < 16000 and near[i] < far and len(self.all_words[i]) > 2]
        self.nouns = self.neutral[:6000]

    def token_start(self, model):
        """Each token's narrow vector is the mean vector of the dictionary's words that contain it; whole words count most."""
        total, weight = torch.zeros_like(model.token_embedding.narrow), torch.zeros(len(model.token_embedding.narrow), 1)
        for word, vector in zip(self.all_words, torch.from_numpy(self.all_vectors)):
            ids = tokenizer.word_ids(word)
            w = 50.0 if len(ids) == 1 else 1.0
            for i in ids:
                total[i, : vector.numel()] += w * vector
                weight[i] += w
        known = weight[:, 0] > 0
        model.token_embedding.narrow.data[known] = (total / weight.clamp(min=1))[known]

    def batch(self, rng, count):
        pick = (len(self.words) * rng.random(count) ** 2).astype(int)
        return [self.words[i] if rng.random() < 0.4 else f"a photo of a {self.words[i]} object" for i in pick], self.vectors[pick]


def stated(rng, name):
    """A name alone or with a state word, good or bad, whatever the picture shows."""
    kind = rng.random()
    words = ["{}"] if kind < 0.4 else captions.NORMAL if kind < 0.7 else captions.ABNORMAL
    return captions.fill(rng, words[rng.integers(len(words))], name)


def neutral_sentences(rng, words, vocabulary, names, count):
    """Sentences without a word about the state, all of one frame: their differences are what «neutral» judges."""
    name = captions.random_name(rng, names[rng.integers(len(names))], words.nouns, vocabulary)
    template = captions.TEMPLATES[rng.integers(len(captions.TEMPLATES))] if rng.random() < 0.5 else "a photo of a {}."
    out = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.5:
            word = words.neutral[int(len(words.neutral) * rng.random() ** 1.5)]
        elif kind < 0.65:
            word = captions.gibberish(rng)
        elif kind < 0.75:
            word = vocabulary[rng.integers(len(vocabulary))]
            word = "so" if captions.held_out(word) or word in words.state_words else word
        elif kind < 0.85:
            group = list(colours.SYNONYMS.values())[rng.integers(12)]
            word = group[rng.integers(len(group))]
        elif kind < 0.93:
            group = list(captions.MATERIALS.values())[rng.integers(len(captions.MATERIALS))]
            word = group[0]
        else:
            word = captions.singular(names[rng.integers(len(names))])
        out.append(template.replace("{}", f"{word} {name}" if rng.random() < 0.6 else word))
    return out


def spread(texts, differences):
    """Mean variance over the texts of their logits' change along each difference; unit texts [T, e], differences [K, e]."""
    q = texts @ differences.T / TEMPERATURE
    return q.var(0, unbiased=False).mean()


def correlation(features, truth, differences):
    """Mean squared correlation of the logits' difference [N, P] with `truth` [N]; no smaller for small differences, as AUROC is not."""
    d = features @ differences.T
    d, y = d - d.mean(0), (truth - truth.mean())[:, None]
    return ((d * y).sum(0) ** 2 / ((d**2).sum(0) * (y**2).sum() + 1e-9)).mean()


def choose(similarity, positive):
    """-log of the share that the fitting sentences take; rows without any are left out. positive bool [B, T]."""
    has = positive.any(1)
    if not has.any():
        return similarity.sum() * 0
    s, p = similarity[has], positive[has]
    return (s.logsumexp(1) - s.masked_fill(~p, float("-inf")).logsumexp(1)).mean()


def encode_sorted(model, texts):
    """As encode_text, in two calls so that the short sentences are not padded to the longest."""
    ids = tokenizer.tokenize(texts)
    order = (ids != 0).sum(1).argsort()
    half = len(order) * 2 // 3
    out = torch.cat([model.encode_text(ids[order[:half]]), model.encode_text(ids[order[half:]])])
    return out[order.argsort()].float()


def parameter_groups(model, rate, text_rate, decay):
    groups = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            wd = decay if p.dim() > 1 and "embedding" not in name else 0.0
            groups.setdefault((rate if name.startswith("visual.") else text_rate, wd), []).append(p)
    return [{"params": ps, "lr": r, "base": r, "weight_decay": wd} for (r, wd), ps in groups.items()]


def image_sides(model, taps, dpam, learn):
    with torch.set_grad_enabled(learn):
        return image_sides_of(model, taps, dpam)


def image_sides_of(model, taps, dpam):
    embedded = model.visual.place(model.visual.stem.tokens(taps.float()))
    return model.encode_embedded(embedded, dpam)


def difference_map(features, n, t):
    logits = pair_logits(features, n, t)
    side = round(logits.shape[1] ** 0.5)
    return F.interpolate((logits[..., 1] - logits[..., 0]).view(-1, 1, side, side), (64, 64), mode="bilinear", align_corners=False)[:, 0]


def calm_loss(features, n, t, mask, twins):
    """Cells of the good twin, and good cells of the other, against the defect cells' lower end."""
    if not twins:
        return features.sum() * 0
    d, out = difference_map(features, n, t), []
    for g, b in twins:
        bad = d[b][mask[b] > 0.5]
        if len(bad) < 4:
            continue
        low = torch.quantile(bad, 0.15)
        out.append(F.softplus(d[g] - low).mean() + F.softplus(d[b][mask[b] < 0.02] - low).mean())
    return torch.stack(out).mean() if out else features.sum() * 0


def patch_differences(features, mask, twins):
    """What a defect changes in the patch features of twins [K, e], and of pictures against their own good patches."""
    f = F.normalize(features.float(), dim=-1)
    cover = F.adaptive_avg_pool2d(mask[:, None], round(f.shape[1] ** 0.5)).flatten(1)
    out = []
    for g, b in twins:
        w = (cover[b] > 0.2).float()
        if w.sum() > 0:
            out.append((w[:, None] * (f[b] - f[g])).sum(0) / w.sum())
    for k in range(len(f)):
        bad, good = (cover[k] > 0.3).float(), (cover[k] == 0).float()
        if bad.sum() > 0 and good.sum() > 0:
            out.append((bad[:, None] * f[k]).sum(0) / bad.sum() - (good[:, None] * f[k]).sum(0) / good.sum())
    return torch.stack(out) if out else f[:0, 0]


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("run")
    a.add_argument("--steps", type=int, default=4000)
    a.add_argument("--start", default="a3", help="run whose image side (stem, blocks) is taken; the text tower always starts new unless --keep-text")
    a.add_argument("--keep-text", action="store_true")
    a.add_argument("--start-text", help="run of pretrain_text.py whose text tower is taken")
    a.add_argument("--rate", type=float, default=3e-4)
    a.add_argument("--text-rate", type=float, default=7e-4)
    a.add_argument("--text-first", type=int, default=200, help="steps in which only the text tower learns: it meets the image side as it is")
    a.add_argument("--batch", type=int, default=16)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--shards", default="0-24,100-106,200-205,300-312")
    a.add_argument("--hold", default="5,104,311", help="shards kept back for reading names and materials (retrieve.py)")
    a.add_argument("--mix", default="0:0.3,100:0.13,200:0.12,300:0.45")
    a.add_argument("--average", type=float, default=0.998)
    a.add_argument("--weights", default="map:1,dpam:1,cls:0.5,raw:0.15,window:0.6,calm:0.2,name:0.12,material:0.1,colour:0.1,neutral:1,blind:1,contrast:0.1,words:0.2")
    a.add_argument("--freeze-blocks", type=int, default=0, help="image blocks, from the first, that stay as they are, with all before them")
    a.add_argument("--stride", type=int, default=16, choices=(8, 16))
    a.add_argument("--far", type=float, default=0.45, help="words whose dictionary vector is nearer to a state word's than this cosine are not called neutral")
    a.add_argument("--warm", type=int, default=100)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--save-every", type=int, default=200)
    o = a.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    runs = o.work / "runs"
    path = runs / f"{o.run}.pt"
    model, words = Starter(), Words(o.work / "words.npz", o.far)
    words.state_words = captions.words_of(captions.NORMAL + captions.ABNORMAL)
    words.token_start(model)
    probe = nn.Linear(model.config["embed_dim"], words.vectors.shape[1])
    state = torch.load(path, weights_only=False) if path.exists() else None
    if state is None:
        old = torch.load(runs / f"{o.start}.pt", weights_only=False)
        model.load_state_dict({k: v for k, v in old["average"].items() if o.keep_text or k.startswith("visual.")}, strict=False)
        taught = old if o.keep_text else torch.load(runs / f"{o.start_text}.pt", weights_only=False) if o.start_text else None
        if taught is not None:
            model.load_state_dict({k: v for k, v in taught["average"].items() if not k.startswith("visual.")}, strict=False)
            probe.load_state_dict(taught["probe"])
    if o.stride == 8:
        model.visual.stem.finer()
    model.logit_scale.requires_grad_(False)
    model.token_embedding.narrow.requires_grad_(False)
    for part in (model.visual.stem.conv, model.visual.stem.blocks):
        part.requires_grad_(False)
    if o.freeze_blocks:
        v = model.visual
        for part in (v.stem.proj, v.ln_pre, *v.transformer.resblocks[: o.freeze_blocks]):
            part.requires_grad_(False)
        v.class_embedding.requires_grad_(False), v.positional_embedding.requires_grad_(False)
    groups = parameter_groups(model, o.rate, o.text_rate, 0.03) + [{"params": list(probe.parameters()), "lr": o.text_rate, "base": o.text_rate, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    axis = torch.zeros(model.config["embed_dim"])
    step, spent = 0, 0.0
    if state is not None:
        model.load_state_dict(state["model"])
        probe.load_state_dict(state["probe"])
        optimiser.load_state_dict(state["optimiser"])
        axis, step, spent = state["axis"], state["step"], state["seconds"]
    learnt = [k for k, p in model.named_parameters() if p.requires_grad]
    average = state["average"] if state is not None else {k: v.detach().clone() for k, v in model.state_dict().items()}
    hold = {int(s) for s in o.hold.split(",") if s}
    shards = [s for part in o.shards.split(",") for s in range(*(int(v) for v in part.split("-"))) if s not in hold]
    cache = Cache(o.work, shards, {k: float(v) for k, v in (s.split(":") for s in o.mix.split(","))})
    names = sorted({m["name"] for metas in cache.meta.values() for m in metas})
    fits = {n: torch.tensor([captions.alike(n, other) for other in names]) for n in names}
    materials, hues = list(captions.MATERIALS), list(colours.COLOURS)
    vocabulary = [t.replace("</w>", "") for t in tokenizer.VOCABULARY[512:-2] if t.endswith("</w>") and t[:-4].isascii() and t[:-4].isalpha() and not captions.held_out(t)]
    w = {k: float(v) for k, v in (s.split(":") for s in o.weights.split(","))}
    started = last = time.time()
    history, past = [], state.get("past", []) if state is not None else []
    print(f"{len(shards)} shards, {len(names)} names, {len(words.neutral)} neutral words, from step {step}", flush=True)

    def save(now):
        torch.save({"model": model.state_dict(), "average": average, "probe": probe.state_dict(), "optimiser": optimiser.state_dict(), "axis": axis, "past": past, "step": step, "seconds": now, "options": vars(o) | {"work": str(o.work)}}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    while step < o.steps:
        rng = np.random.default_rng([o.seed, step])
        scale = min(1, (step + 1) / o.warm) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / o.steps)))
        for g in optimiser.param_groups:
            g["lr"] = float(g["base"] * scale)
        rows, twins = cache.batch(rng, o.batch)
        taps, mask, measured, meta = cache.read(rows)
        label = (mask.flatten(1).sum(1) > 0.5).long()
        twins = [(g, b) for g, b in twins if label[b] == 1 and label[g] == 0]
        b = len(rows)
        pairs = [captions.pair(rng, m["name"], words.nouns, vocabulary) for m in meta]
        told = [captions.describe(rng, m["name"], m["defects"] if label[i] else []) for i, m in enumerate(meta)]
        spoken, targets = words.batch(rng, 16)
        shown = sorted({m["name"] for m in meta} | {names[i] for i in rng.permutation(len(names))[:36]})
        named = [stated(rng, n) for n in shown]
        made = [stated(rng, captions.MATERIALS[m][rng.integers(len(captions.MATERIALS[m]))]) for m in materials]
        own = [meta[rng.integers(b)]["name"] if rng.random() < 0.4 else "object" for _ in hues]
        tinted = [stated(rng, f"{colours.SYNONYMS[c][rng.integers(len(colours.SYNONYMS[c]))]} {n}") for c, n in zip(hues, own)]
        lit = [stated(rng, f"{group[k][rng.integers(len(group[k]))]} {own[0]}") for group in (colours.LIGHT, colours.STRUCTURE) for k in group]
        neutral = neutral_sentences(rng, words, vocabulary, names, 24) + neutral_sentences(rng, words, vocabulary, names, 24)
        lists = [[p[0] for p in pairs], [p[1] for p in pairs], told, spoken, named, made, tinted, lit, neutral]
        with torch.autocast("cpu", torch.bfloat16):
            text = encode_sorted(model, [s for part in lists for s in part])
            cls, patches, dpam, raw, embedded = image_sides(model, taps, step % 2 == 0, step >= o.text_first)
            windows = [(model.visual.windows(embedded, index), index) for index in window_index(rng, 256 // o.stride, 3)] if w["window"] and step % 3 == 0 and step >= o.text_first else []
        n, t, c, s, *rest = text.split([len(part) for part in lists])
        unit = [F.normalize(r, dim=-1) for r in rest]
        x = F.normalize(cls.float(), dim=-1)
        loss = {"map": map_loss(patches, n, t, mask)}
        loss["calm"] = calm_loss(patches, n, t, mask, twins)
        if dpam is not None:
            loss["dpam"] = map_loss(dpam, n, t, mask)
            loss["calm"] = loss["calm"] + calm_loss(dpam, n, t, mask, twins)
        loss["cls"] = F.cross_entropy(pair_logits(cls, n, t), label)
        loss["raw"] = F.cross_entropy(pair_logits(raw, n, t), label)
        if windows:
            grid, total = F.adaptive_avg_pool2d(mask[:, None], 256 // o.stride).flatten(1), 0.0
            for features, index in windows:
                cover = grid[:, index].mean(2)
                weight = ((cover == 0) | (cover > 0.04)).float()
                ce = F.cross_entropy(pair_logits(features, n, t).flatten(0, 1), (cover > 0.04).long().flatten(), reduction="none")
                total = total + (ce * weight.flatten()).mean()
            loss["window"] = total
        # words that fit: names (any that the picture may be called), materials where known, colours by their share
        place = torch.tensor([names.index(v) for v in shown])
        loss["name"] = choose(x @ unit[0].T / NAME_TEMPERATURE, torch.stack([fits[m["name"]][place] for m in meta]))
        known = [m.get("material") or captions.MATERIAL_OF.get(m["name"]) for m in meta]
        loss["material"] = choose(x @ unit[1].T / NAME_TEMPERATURE, torch.tensor([[k == v for v in materials] for k in known]))
        share = torch.from_numpy(measured[:, :12] ** 1.5)
        share = share / share.sum(1, keepdim=True).clamp(min=1e-6)
        tint = -(share * (x @ unit[2].T / NAME_TEMPERATURE).log_softmax(1)).sum(1).mean()
        bright, rough = torch.from_numpy(measured[:, 12]), torch.from_numpy(measured[:, 13])
        light = x @ unit[3].T / TEMPERATURE
        tint = tint + 0.5 * F.binary_cross_entropy_with_logits(light[:, 1] - light[:, 0], torch.sigmoid((bright - 0.47) * 14))
        loss["colour"] = tint + 0.5 * F.binary_cross_entropy_with_logits(light[:, 3] - light[:, 2], torch.sigmoid((rough - 0.06) * 60))
        # what a defect changes must not be read by words that say nothing of it, nor be told apart by words that say the same of it
        changed = [x[bad] - x[good] for good, bad in twins]
        if label.any() and not label.all():
            with torch.no_grad():
                axis.lerp_(x[label == 1].mean(0) - x[label == 0].mean(0), 0.05)
            changed.append(axis / (1 - 0.95 ** (step + 1)))
        directions = torch.stack(changed)
        local = [patch_differences(patches, mask, twins)] + ([patch_differences(dpam, mask, twins)] if dpam is not None else [])
        neutral_groups = [unit[4][:24], unit[4][24:], F.normalize(n, dim=-1), F.normalize(t, dim=-1)]
        loss["neutral"] = sum(spread(g, directions) + 0.5 * sum(spread(g, l) for l in local if len(l)) for g in neutral_groups) / len(neutral_groups)
        if w.get("blind"):
            pair_up = [torch.from_numpy(rng.permutation(len(g))[: 2 * (len(g) // 2)].reshape(2, -1)) for g in neutral_groups]
            apart = torch.cat([g[i] - g[j] for g, (i, j) in zip(neutral_groups, pair_up)])
            cover = F.adaptive_avg_pool2d(mask[:, None], 256 // o.stride).flatten()
            clear = (cover == 0) | (cover > 0.3)
            # sixteen pictures correlate with anything by chance: the last few hundred are judged with them
            past.append((x.detach(), label.float()))
            loss["blind"] = correlation(torch.cat([q for q, _ in past[:-1]] + [x]), torch.cat([y for _, y in past]), apart)
            past = past[-PAST:]
            for features in [patches] + ([dpam] if dpam is not None else []):
                loss["blind"] = loss["blind"] + 0.5 * correlation(F.normalize(features.float(), dim=-1).flatten(0, 1)[clear], (cover > 0.3).float()[clear], apart)
        logits = x @ F.normalize(c, dim=-1).T / TEMPERATURE
        same = torch.tensor([[p["name"] == q["name"] and (bool(set(p["defects"]) & set(q["defects"])) if label[i] and label[j] else label[i] == label[j]) for j, q in enumerate(meta)] for i, p in enumerate(meta)]) | torch.eye(b, dtype=bool)
        loss["contrast"] = (choose(logits, same) + choose(logits.T, same.T)) / 2
        loss["words"] = (1 - F.cosine_similarity(probe(s), targets)).mean()
        objective = sum(w[k] * v for k, v in loss.items() if w.get(k))
        optimiser.zero_grad(set_to_none=True)  # what has no gradient in text-first steps is left alone by the optimiser
        objective.backward()
        nn.utils.clip_grad_norm_([p for g in optimiser.param_groups for p in g["params"]], 1.0)
        optimiser.step()
        step += 1
        if step % 4 == 0:
            decay, now = min(o.average, (1 + step) / (10 + step)) ** 4, dict(model.named_parameters())
            with torch.no_grad():
                for k in learnt:
                    average[k].lerp_(now[k], 1 - decay)
        with torch.no_grad():
            row = {k: float(v) for k, v in loss.items()}
            row["acc"] = float((pair_logits(cls, n, t).argmax(1) == label).float().mean())
            pick = (x @ unit[0].T).argmax(1)
            row["named"] = float(np.mean([bool(fits[m["name"]][place[k]]) for m, k in zip(meta, pick)]))
        history.append(row)
        if step % 50 == 0:
            mean = {k: round(float(np.mean([h[k] for h in history if k in h])), 3) for k in sorted({k for h in history for k in h})}
            now = spent + time.time() - started
            print(f"step {step} {now / 60:.1f} min {50 * o.batch / (time.time() - last):.1f} images/s {mean}", flush=True)
            last, history = time.time(), []
        if step % o.save_every == 0 or step == o.steps:
            save(spent + time.time() - started)


if __name__ == "__main__":
    main()
