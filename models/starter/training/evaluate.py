"""What lives here: scores of a checkpoint on the real fixture. What may not: training.

Usage: python evaluate.py WORK RUN [--size 256] [--which average] [--windows] [[--sizes 224,256,256+384]
RUN is a run's name in WORK/runs, or a path to a `model.safetensors` that export.py wrote. With --sizes only the study of sizes is
made, on the fixture and on the samples: image score from the class token, the map's maximum and the mean of both, for both paths.
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
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score

import captions
import tokenizer
from model import Starter
from losses import MEAN, STD, TEMPERATURE

FIXTURE = Path("/work/shared/data/fixture")
SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
ENSEMBLE = {
    "normal": ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"],
    "abnormal": ["damaged {}", "{} with flaw", "{} with defect", "{} with damage"],
}


def load_checkpoint(path, which):
    """The model and its training state; of a `.safetensors` file (the shipped one) there is only the model."""
    if path.suffix == ".safetensors":
        state = {"step": 0, "seconds": 0.0}
        weights = {k: v.float() for k, v in load_file(str(path)).items()}
    else:
        state = torch.load(path, weights_only=False)
        weights = state[which]
    layers = 1 + max(int(k.split(".")[3]) for k in weights if k.startswith("visual.transformer.resblocks."))
    stride = 16 if weights["visual.stem.proj.weight"].shape[1] == 272 else 8
    model = Starter({"vision_layers": layers, "stride": stride})
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
def study(model, sizes, folder, resolution=256):
    """Rows by reading size, such as "256" or "256+384" (mean of the class scores and of the maps), each with AUROC by class.

    Every map and mask is brought to `resolution` px, so that all sizes are judged on the same pixels. The image score of the map
    is the maximum of that map; "both" is its mean with the class token's score. Sentences are those of the method `clip`.
    """
    single = sorted({int(n) for s in sizes for n in s.split("+")})
    rows = {s: {} for s in sizes}
    for name, items in json.loads((folder / "meta.json").read_text())["test"].items():
        what = name.split("_")[0]
        pair = text_pair(model, [f"a photo of a normal {what}"], [f"a photo of an anomalous {what}"])
        labels = np.array([i["anomaly"] for i in items])
        masked = any(i["mask_path"] for i in items)
        truths, cls, maps = [], {n: [] for n in single}, {(n, k): [] for n in single for k in ("patch", "dpam")}
        for item in items:
            truth = torch.zeros(1, 1, resolution, resolution)
            if item["mask_path"]:
                mask = torch.from_numpy(np.asarray(Image.open(folder / item["mask_path"]).convert("L")) > 0)
                truth = F.interpolate(mask[None, None].float(), (resolution, resolution), mode="bilinear", align_corners=False)
            truths.append(truth[0, 0].numpy() > 0.5)
            for n in single:
                c, patches, dpam, _, _ = model.encode_image(prepare(folder / item["img_path"], n)[None])
                cls[n].append(float(abnormal_probability(c, pair)[0]))
                side = round(patches.shape[1] ** 0.5)
                for kind, features in (("patch", patches), ("dpam", dpam)):
                    grid = abnormal_probability(features, pair)[0].view(1, 1, side, side)
                    maps[n, kind].append(F.interpolate(grid, (resolution, resolution), mode="bilinear", align_corners=False)[0, 0].numpy())
        truth = np.stack(truths)
        for s in sizes:
            parts = [int(n) for n in s.split("+")]
            c = np.mean([cls[n] for n in parts], axis=0)
            row = {"image class token": auroc(labels, c)}
            for kind in ("patch", "dpam"):
                m = np.mean([np.stack(maps[n, kind]) for n in parts], axis=0)
                top = m.reshape(len(m), -1).max(1)
                row |= {f"image {kind} maximum": auroc(labels, top), f"image {kind} both": auroc(labels, (c + top) / 2)}
                if masked:
                    row[f"pixel {kind}"] = auroc(truth.ravel(), m.ravel())
                    row[f"calm {kind}"] = 100 * float((m[labels == 0] > np.quantile(m[truth], 0.1)).mean())
            rows[s][name] = row
    return rows


def show_study(rows):
    for size, table in rows.items():
        keys = list(dict.fromkeys(k for r in table.values() for k in r))
        print(f"{size + ' px':22}" + " ".join(f"{n[-9:]:>9}" for n in table) + "      mean")
        for key in keys:
            v = [r.get(key, float("nan")) for r in table.values()]
            print(f"  {key:20}" + " ".join(f"{x:9.1f}" for x in v) + f" {np.nanmean(v):9.1f}")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("run")
    a.add_argument("--size", type=int, default=256)
    a.add_argument("--which", default="average")
    a.add_argument("--windows", action="store_true")
    a.add_argument("--sizes", help="study of reading sizes, such as 224,256,256+384")
    o = a.parse_args()
    torch.set_num_threads(2)
    path = Path(o.run) if o.run.endswith(".safetensors") else o.work / "runs" / f"{o.run}.pt"
    model, state = load_checkpoint(path, o.which)
    print(o.run, o.which, f"step {state['step']}, {state['seconds'] / 60:.1f} min")
    if o.sizes:
        for folder in (FIXTURE, SAMPLES):
            print(folder)
            show_study(study(model, o.sizes.split(","), folder))
    else:
        show(*evaluate(model, o.size, o.windows))


if __name__ == "__main__":
    main()
