"""What lives here: scores of a checkpoint on the real fixture, and the test of words. What may not: training.

Usage: python evaluate.py WORK RUN [--size 256] [--which average] [--windows]
Preprocessing, maps and metrics are the product's (methods.md §1, §3, §4, §8, §9). Figures are AUROC in percent, by class.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.metrics import roc_auc_score

import captions
import tokenizer
from model import Starter
from train import MEAN, STD, TEMPERATURE

FIXTURE = Path("/work/shared/data/fixture")
SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
ENSEMBLE = {
    "normal": ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"],
    "abnormal": ["damaged {}", "{} with flaw", "{} with defect", "{} with damage"],
}


def load_checkpoint(path, which):
    state = torch.load(path, weights_only=False)
    weights = state[which]
    layers = 1 + max(int(k.split(".")[3]) for k in weights if k.startswith("visual.transformer.resblocks."))
    model = Starter({"vision_layers": layers})
    model.load_state_dict(weights)
    return model.eval(), state


def prepare(path, size):
    image = Image.open(path).convert("RGB").resize((size, size), Image.BICUBIC)
    return (torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255 - MEAN) / STD


def text_pair(model, normal, abnormal, each=True):
    """Unit features [2, e] of two lists of sentences, each normalised first if `each`."""
    out = []
    for sentences in (normal, abnormal):
        f = model.encode_text(tokenizer.tokenize(sentences))
        f = F.normalize(f, dim=-1) if each else f
        out.append(F.normalize(f.mean(0), dim=0))
    return torch.stack(out)


def prompts(model, name):
    """The prompt sets of the methods that learn nothing."""
    ensemble = [
        [t.replace("{a}", a).replace("{}", s.format(name)) for s in ENSEMBLE[k] for t in captions.INSPECTION for a in ("a", "the")] for k in ("normal", "abnormal")
    ]
    return {
        "clip": text_pair(model, [f"a photo of a normal {name}"], [f"a photo of an anomalous {name}"]),
        "clip-ac": text_pair(model, [t.replace("{}", f"normal {name}") for t in captions.TEMPLATES], [t.replace("{}", f"anomalous {name}") for t in captions.TEMPLATES]),
        "ensemble": text_pair(model, *ensemble, each=False),
        "object": text_pair(model, ["a photo of a flawless object"], ["a photo of a damaged object"]),
    }


def abnormal_probability(features, pair):
    return (F.normalize(features, dim=-1) @ pair.T / TEMPERATURE).softmax(-1)[..., 1]


def auroc(labels, scores):
    labels = np.asarray(labels)
    return 100 * roc_auc_score(labels, scores) if 0 < labels.sum() < len(labels) else float("nan")


def window_map(model, embedded, pair, side, cls):
    """WinCLIP's map on the patch grid (methods.md §4): harmonic means over the windows covering a patch, then over the scales."""
    scales = [torch.full((side, side), float(cls))]
    for k in (2, 3):
        n = side - k + 1
        y, x = np.mgrid[0:n, 0:n]
        dy, dx = np.mgrid[0:k, 0:k]
        index = torch.from_numpy(((y.ravel()[:, None] + dy.ravel()) * side + x.ravel()[:, None] + dx.ravel()).astype(np.int64))
        p = abnormal_probability(model.visual.windows(embedded, index), pair)[0]
        inverse, count = torch.zeros(side * side), torch.zeros(side * side)
        inverse.scatter_add_(0, index.flatten(), (1 / p.clamp(min=1e-6))[:, None].expand(-1, k * k).flatten())
        count.scatter_add_(0, index.flatten(), torch.ones(index.numel()))
        scales.append((count / inverse).view(side, side))
    return len(scales) / sum(1 / s.clamp(min=1e-6) for s in scales)


@torch.no_grad()
def evaluate(model, size, windows=False, fixture=FIXTURE):
    meta = json.loads((fixture / "meta.json").read_text())["test"]
    table, times = {}, []
    for name, items in meta.items():
        pairs = prompts(model, name.split("_")[0])
        labels, image_scores, maps, truths = [], {}, {}, []
        masked = any(i["mask_path"] for i in items)
        for item in items:
            started = time.time()
            cls, patches, dpam, raw, embedded = model.encode_image(prepare(fixture / item["img_path"], size)[None])
            times.append(time.time() - started)
            side = round(patches.shape[1] ** 0.5)
            labels.append(item["anomaly"])
            if masked:
                mask = Image.open(fixture / item["mask_path"]).convert("L") if item["mask_path"] else None
                mask = np.zeros((size, size), bool) if mask is None else np.asarray(mask) > 0
                if item["mask_path"]:
                    mask = F.interpolate(torch.from_numpy(mask)[None, None].float(), (size, size), mode="bilinear", align_corners=False)[0, 0].numpy() > 0.5
                truths.append(mask)
            for method, pair in pairs.items():
                c = float(abnormal_probability(cls, pair)[0])
                p = abnormal_probability(patches, pair)[0].view(side, side)
                d = abnormal_probability(dpam, pair)[0].view(side, side)
                grids = {"patch": p, "dpam": d}
                if windows and method == "ensemble":
                    grids["window"] = window_map(model, embedded, pair, side, c)
                for kind, grid in grids.items():
                    up = F.interpolate(grid[None, None], (size, size), mode="bilinear", align_corners=False)[0, 0].numpy()
                    maps.setdefault((method, kind), []).append(up)
                scores = {"cls": c, "max": float(p.max()), "both": c + float(p.max()), "rawcls": float(abnormal_probability(raw, pair)[0])}
                for kind, s in scores.items():
                    image_scores.setdefault((method, kind), []).append(s)
        row = {f"image {m} {k}": auroc(labels, s) for (m, k), s in image_scores.items()}
        if masked:
            truth = np.stack(truths).ravel()
            good = np.array(labels) == 0
            for (m, k), u in maps.items():
                u = np.stack(u)
                row[f"pixel {m} {k}"] = auroc(truth, u.ravel())
                if k == "patch" and m == "clip-ac":
                    threshold = np.quantile(u.ravel()[truth], 0.1)
                    row["calm: good pixels above the 90 % threshold"] = 100 * float((u[good] > threshold).mean())
        table[name] = row
    return table, float(np.median(times))


def show(table, seconds):
    names = list(table)
    keys = list(dict.fromkeys(k for r in table.values() for k in r))
    print(f"{'':46}" + " ".join(f"{n[-9:]:>9}" for n in names) + "   means")
    for key in keys:
        v = [table[n].get(key, float("nan")) for n in names]
        groups = (("ballscrew", "cookie", "hazelnut"),) if key.startswith(("pixel", "calm")) else (("alien", "ballscrew", "cookie"),)
        means = [np.mean([table[n][key] for n in g]) for g in groups if all(n in table for n in g)] + [np.mean([x for n, x in zip(names, v) if n.startswith("paper")])]
        print(f"{key:46}" + " ".join(f"{x:9.1f}" for x in v) + "   " + " ".join(f"{m:.1f}" for m in means))
    print(f"median {seconds * 1000:.0f} ms an image")


@torch.no_grad()
def test_words(model, samples: Path, size=256):
    """On the sample set: share of pictures judged rightly, and on the same side of ½ as with «flawless» / «damaged», for other
    words and names; the last two rows swap the words, so there the second figure should be near zero."""
    meta = json.loads((samples / "meta.json").read_text())["test"]
    items = [i for group in meta.values() for i in group]
    cls = torch.cat([model.encode_image(prepare(samples / i["img_path"], size)[None])[0] for i in items])
    labels = np.array([i["anomaly"] for i in items])
    held = list(zip(captions.HELD_OUT["normal"], captions.HELD_OUT["abnormal"]))
    rows = [("flawless {}", "damaged {}", n) for n in ("object", "zxqv gromf", "toothbrush")] + [(n, a, o) for o in ("object", "zxqv gromf") for n, a in held]
    rows += [("damaged {}", "flawless {}", "object"), ("blemished {}", "immaculate {}", "zxqv gromf")]
    out, first = {}, None
    for normal, abnormal, name in rows:
        pair = text_pair(model, ["a photo of a " + normal.format(name)], ["a photo of a " + abnormal.format(name)])
        p = abnormal_probability(cls, pair).numpy()
        first = p if first is None else first
        out[f"{normal} / {abnormal} ({name})"] = (100 * float(((p > 0.5) == labels).mean()), 100 * float(((p > 0.5) == (first > 0.5)).mean()), float(np.abs(p - 0.5).mean()))
    return out


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("run")
    a.add_argument("--size", type=int, default=256)
    a.add_argument("--which", default="average")
    a.add_argument("--windows", action="store_true")
    a.add_argument("--words", action="store_true")
    o = a.parse_args()
    torch.set_num_threads(2)
    model, state = load_checkpoint(o.work / "runs" / f"{o.run}.pt", o.which)
    print(o.run, o.which, f"step {state['step']}, {state['seconds'] / 60:.1f} min, {o.size} px")
    show(*evaluate(model, o.size, o.windows))
    if o.words:
        for k, v in test_words(model, SAMPLES).items():
            print(f"{k:60} right {v[0]:.0f} %, same side {v[1]:.0f} %, |p-½| {v[2]:.2f}")


if __name__ == "__main__":
    main()
