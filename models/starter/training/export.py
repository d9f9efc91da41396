"""What lives here: writing the chosen checkpoint for the product. What may not: training, scores.

Usage: python export.py WORK RUN[,RUN…] OUT [--size 256]   writes OUT/model.safetensors (fp16) and OUT/open_clip_config.json.
Several runs are averaged, weight by weight (they must come from one another); «a5*0.65,a7*0.35» gives them shares.
Tensors are OpenAI's by name; `visual.stem.*` stands in place of `visual.conv1.weight`, and the text embedding comes as
`token_embedding.narrow` [49408, n] and `token_embedding.expand` [n, width]: their product is `token_embedding.weight`.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import STAGES, Starter


def averaged(work: Path, runs, which="average"):
    named = [r.partition("*") for r in runs]
    shares = [float(share) if share else 1 / len(runs) for _, _, share in named]
    states = [torch.load(work / "runs" / f"{name}.pt", weights_only=False)[which] for name, _, _ in named]
    return {k: sum(w * s[k].float() for w, s in zip(shares, states)) for k in states[0]}


def config_of(model: Starter, size: int):
    """open_clip's `open_clip_config.json`, with two additions that any import may use: vision_cfg.stem, text_cfg.token_embedding."""
    c = model.config
    stem = {
        "kind": "mbconv", "of": "EfficientNet-Lite0, stages 1-5, batch norm folded", "padding": "same_tensorflow", "activation": "relu6",
        "input": "pixel * rescale + shift per channel, on CLIP-normalised pixels; the padding's zeros come after it",
        "conv": {"kernel": 3, "stride": 2, "channels": 32},
        "stages": [dict(zip(("repeats", "kernel", "stride", "expansion", "channels"), s)) for s in STAGES],
        "residual": "where stride is 1 and channels agree",
        "tokens": [{"after_stage": 3, "unshuffle": 2}, {"after_stage": 5, "unshuffle": 1}],
        "unshuffle_order": "channel c at (dy, dx) becomes 4c + 2dy + dx",
    }
    return {
        "model_cfg": {
            "embed_dim": c["embed_dim"], "quick_gelu": True,
            "vision_cfg": {
                "image_size": c["image_size"], "layers": c["vision_layers"], "width": c["vision_width"], "head_width": c["vision_width"] // c["vision_heads"],
                "patch_size": c["patch_size"], "preferred_image_size": size, "stem": stem, "dpam_first_layer": c["dpam_first_layer"],
            },
            "text_cfg": {
                "context_length": c["context_length"], "vocab_size": c["vocab_size"], "width": c["text_width"], "heads": c["text_heads"], "layers": c["text_layers"],
                "token_embedding": {"factors": ["token_embedding.narrow", "token_embedding.expand"], "narrow": c["narrow"]},
            },
        },
        "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]},
    }


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("runs")
    a.add_argument("out", type=Path)
    a.add_argument("--size", type=int, default=256)
    o = a.parse_args()
    weights = averaged(o.work, o.runs.split(","))
    layers = 1 + max(int(k.split(".")[3]) for k in weights if k.startswith("visual.transformer.resblocks."))
    model = Starter({"vision_layers": layers})
    model.load_state_dict(weights)
    o.out.mkdir(parents=True, exist_ok=True)
    tensors = {k: v.to(torch.float16).contiguous() for k, v in weights.items()}
    worst = max(float(v.abs().max()) for v in weights.values())
    save_file(tensors, str(o.out / "model.safetensors"), metadata={"format": "pt"})
    (o.out / "open_clip_config.json").write_text(json.dumps(config_of(model, o.size), indent=2, ensure_ascii=False) + "\n")
    size = (o.out / "model.safetensors").stat().st_size
    print(f"{len(tensors)} tensors, {sum(v.numel() for v in tensors.values()) / 1e6:.2f} M values, {size / 1e6:.1f} MB, largest value {worst:.1f}")


if __name__ == "__main__":
    main()
