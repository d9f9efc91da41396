"""What lives here: the test whether words mean something to the model. What may not: training.

Usage: python words_test.py MODEL [WORK]   MODEL: a .safetensors file or WORK's run.
On the 48 sample pictures, class token, «a photo of a {words} {name}», temperature 0.07. Exchanging two sentences turns p into 1 - p by
arithmetic, which proves nothing; what must hold is that pairs about the state separate good from defective, whatever the name and for
words that training never met, and that pairs without a word about the state do not. With WORK, also whether names, materials
and colours are read on shards kept back from training.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import captions
import colours
from evaluate import FIXTURE, SAMPLES, abnormal_probability, auroc, load_checkpoint, prepare, text_pair

# The generator draws no hazelnut and no toothbrush; the last two are no words.
NAMES = {"known": ("object", "cookie"), "unknown": ("hazelnut", "toothbrush", "zxqv gromf", "blorfentide")}
TRAINED = [("flawless {}", "damaged {}"), ("perfect {}", "broken {}"), ("normal {}", "anomalous {}"), ("intact {}", "defective {}"), ("undamaged {}", "flawed {}")]
ONE_MEANING = [
    ("flawless {}", "perfect {}"), ("normal {}", "intact {}"), ("damaged {}", "defective {}"), ("broken {}", "anomalous {}"), ("immaculate {}", "pristine {}"),
    ("spotless {}", "faultless {}"), ("blemished {}", "marred {}"), ("faulty {}", "impaired {}"),
]
NEUTRAL = {
    "materials": [("wooden {}", "green {}"), ("wooden {}", "metal {}"), ("paper {}", "glass {}"), ("leather {}", "stone {}"), ("plastic {}", "ceramic {}"), ("cotton {}", "copper {}")],
    "colours": [("red {}", "blue {}"), ("yellow {}", "purple {}"), ("black {}", "white {}"), ("brown {}", "grey {}"), ("orange {}", "turquoise {}")],
    "objects": [("table", "river"), ("horse", "window"), ("gear", "pill"), ("bottle", "carpet"), ("candle", "bridge"), ("violin", "potato"), ("ladder", "cloud"), ("engine", "ribbon")],
    "other words": [("left {}", "right {}"), ("large {}", "small {}"), ("Monday {}", "Friday {}"), ("round {}", "square {}"), ("Italian {}", "Swedish {}"), ("wide {}", "narrow {}"), ("early {}", "daily {}")],
    "no words": [("zxqv {}", "gromf {}"), ("plinth {}", "wumble {}"), ("krtz {}", "oalie {}"), ("bqd {}", "yuvem {}"), ("trosk {}", "nafel {}"), ("hjkw {}", "drimo {}")],
}
# Which of two words fits the pictures of these sample classes.
CONTENT = [("marble", "stone", "fabric"), ("knitwear", "fabric", "metal"), ("forearm_xray", "X-ray", "photograph of a fruit"), ("solder_balls_xray", "grey thing", "red thing"), ("comb", "tool", "carpet"), ("marble", "white thing", "green thing")]
FIXTURE_CONTENT = [("ballscrew", "metal", "paper"), ("ballscrew", "metal", "fabric"), ("cookie", "cookie", "screw"), ("cookie", "food", "metal"), ("hazelnut", "nut", "paper"), ("alien", "toy", "paper"), ("paper", "paper", "wood"), ("paper", "paper", "metal")]


@torch.no_grad()
def look(model, folder, size):
    meta = json.loads((folder / "meta.json").read_text())["test"]
    cls, maps, masks, labels, classes = [], [], [], [], []
    for name, items in meta.items():
        for item in items:
            c, patches, *_ = model.encode_image(prepare(folder / item["img_path"], size)[None])
            cls.append(c)
            maps.append(patches)
            side = round(patches.shape[1] ** 0.5)
            mask = np.zeros((side, side)) if not item["mask_path"] else np.asarray(Image.open(folder / item["mask_path"]).convert("L").resize((side, side), Image.BOX)) / 255
            masks.append(mask.ravel())
            labels.append(item["anomaly"])
            classes.append(name)
    return torch.cat(cls), torch.cat(maps), np.stack(masks), np.array(labels) == 1, np.array(classes)


@torch.no_grad()
def judge(model, seen, pair, name, reference):
    cls, maps, masks, labels, _ = seen
    texts = text_pair(model, ["a photo of a " + pair[0].format(name)], ["a photo of a " + pair[1].format(name)])
    p = abnormal_probability(cls, texts).numpy()
    pixel = abnormal_probability(maps, texts).numpy().ravel()
    keep = (masks.ravel() == 0) | (masks.ravel() > 0.3)
    side = p > 0.5
    return {
        "words": f"{pair[0]} / {pair[1]}" + (f" ({name})" if "{}" in pair[0] else ""), "auroc": auroc(labels, p), "right": int((side == labels).sum()),
        "same": None if reference is None else int((side == reference).sum()), "distance": float(np.abs(p - 0.5).mean()), "pixel": auroc(masks.ravel()[keep] > 0.3, pixel[keep]), "side": side,
    }


def line(label, rows, count):
    span = lambda k: f"{min(r[k] for r in rows):.0f} to {max(r[k] for r in rows):.0f} (mean {np.mean([r[k] for r in rows]):.0f})"
    off = np.mean([abs(r["auroc"] - 50) for r in rows])
    print(f"{label:34} {len(rows):3} pairs  AUROC {span('auroc'):26} off 50 by {off:4.1f}  pixel {span('pixel'):26} same side, of {count}: {span('same'):24} right: {span('right'):22} |p-½| {np.mean([r['distance'] for r in rows]):.2f}")


@torch.no_grad()
def table(model, size=256, every=False):
    seen = look(model, SAMPLES, size)
    count = len(seen[0])
    reference = judge(model, seen, TRAINED[0], "object", None)["side"]
    held = list(zip(captions.HELD_OUT["normal"], captions.HELD_OUT["abnormal"]))
    everything = []
    for label, pairs in (("trained", TRAINED), ("held out", held), ("one meaning twice", ONE_MEANING)):
        for kind, names in NAMES.items():
            rows = [judge(model, seen, p, n, reference) for p in pairs for n in names]
            line(f"{label}, {kind} names", rows, count)
            everything += rows
    controls = []
    for label, pairs in NEUTRAL.items():
        rows = [judge(model, seen, p, n, reference) for p in pairs for n in (("object", "cookie", "hazelnut", "blorfentide") if "{}" in p[0] else ("",))]
        line(f"no state: {label}", rows, count)
        controls += rows
    line("no state: all", controls, count)
    if every:
        for r in everything + controls:
            print(f"  {r['words']:52} AUROC {r['auroc']:3.0f} pixel {r['pixel']:3.0f} same {r['same']:2} right {r['right']:2} |p-½| {r['distance']:.2f}")
    cls, _, _, labels, classes = seen
    print("which of two words fits, share of the class's pictures (with «flawless»; with «damaged» before the word):")
    for folder, cases, (features, _, _, _, of) in (("samples", CONTENT, seen), ("fixture", FIXTURE_CONTENT, look(model, FIXTURE, size) if FIXTURE.exists() else (None,) * 5)):
        for start, yes, no in cases if features is not None else ():
            rows = features[np.array([c.startswith(start) for c in of])]
            shares = []
            for state in ("", "flawless ", "damaged "):
                p = abnormal_probability(rows, text_pair(model, [f"a photo of a {state}{no}"], [f"a photo of a {state}{yes}"])).numpy()
                shares.append(f"{100 * (p > 0.5).mean():.0f} %")
            print(f"  {folder} {start:18} «{yes}» rather than «{no}»: {shares[0]} ({shares[1]}; {shares[2]})")


@torch.no_grad()
def retrieve(model, work, shards):
    """On cached shards: own name, material and main colour picked first of all of them, with a state word that fits or not."""
    metas, cls, measured = [], [], []
    for shard in shards:
        base = work / "cache" / f"{shard:04d}.0"
        taps = np.load(f"{base}.taps.npy", mmap_mode="r")
        metas += json.loads((work / "shards" / f"{shard:04d}.json").read_text())
        measured.append(np.load(f"{base}.measure.npy"))
        for first in range(0, len(taps), 50):
            embedded = model.visual.place(model.visual.stem.tokens(torch.from_numpy(taps[first : first + 50].astype(np.float32))))
            cls.append(model.encode_embedded(embedded, False)[0])
    x, measured = F.normalize(torch.cat(cls), dim=-1), np.concatenate(measured)
    names = sorted({captions.singular(m["name"]) for m in metas})
    import tokenizer

    def first(words, prefix):
        t = F.normalize(model.encode_text(tokenizer.tokenize([f"a photo of a {prefix}{w}" for w in words])), dim=-1)
        return (x @ t.T).argmax(1).numpy()

    counts = [sum(captions.alike(m["name"], n) for m in metas) / len(metas) for n in names]
    for prefix in ("", "flawless ", "damaged "):
        pick = first(names, prefix)
        strict = np.mean([captions.singular(m["name"]) == names[k] for m, k in zip(metas, pick)])
        loose = np.mean([captions.alike(m["name"], names[k]) for m, k in zip(metas, pick)])
        print(f"names, «a photo of a {prefix}…», {len(metas)} pictures, {len(names)} names: own name first {100 * strict:.0f} % (chance {100 / len(names):.1f}), a name that may be given to it {100 * loose:.0f} % (chance {100 * np.mean(counts):.0f}, always the commonest {100 * max(counts):.0f})")
    materials = list(captions.MATERIALS)
    known = [m.get("material") or captions.MATERIAL_OF.get(m["name"]) for m in metas]
    have = np.array([k is not None for k in known])
    pick = first(materials, "")
    right = np.array([materials[k] == v for k, v in zip(pick, known)])
    commonest = max(np.mean([k == m for k, h in zip(known, have) if h]) for m in materials)
    print(f"materials: {100 * right[have].mean():.0f} % of {have.sum()} (12 materials, always the commonest {100 * commonest:.0f})")
    pick = first(colours.COLOURS, "")
    main_colour = measured[:, :12].argmax(1)
    clear = measured[:, :12].max(1) > 0.6
    print(f"colours: {100 * (pick == main_colour)[clear].mean():.0f} % of {clear.sum()} pictures with one main colour (12 colours, always the commonest {100 * np.bincount(main_colour[clear]).max() / clear.sum():.0f})")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("model")
    a.add_argument("work", type=Path, nargs="?")
    a.add_argument("--size", type=int, default=256)
    a.add_argument("--every", action="store_true", help="a line for each pair")
    a.add_argument("--shards", default="5,104,311")
    o = a.parse_args()
    torch.set_num_threads(2)
    path = Path(o.model) if o.model.endswith(".safetensors") else o.work / "runs" / f"{o.model}.pt"
    model, _ = load_checkpoint(path, "average")
    print(o.model)
    table(model, o.size, o.every)
    if o.work:
        retrieve(model, o.work, [int(s) for s in o.shards.split(",")])


if __name__ == "__main__":
    main()
