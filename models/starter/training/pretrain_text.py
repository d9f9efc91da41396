"""What lives here: a first reading lesson for the text tower, from the dictionary alone. What may not: pictures, held-out words.

Usage: python pretrain_text.py WORK RUN [--steps 1500]   writes WORK/runs/RUN.pt with the text tower; the token table stays as it is.
A sentence holds one dictionary word or two («a photo of a {first} {second}»); two linear readers must find both vectors in the one text
feature. It takes minutes and saves the tower from learning beside the pictures that words are worth attending to.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import captions
import tokenizer
from model import Starter
from train import Words, encode_sorted


def main():
    a = argparse.ArgumentParser()
    a.add_argument("work", type=Path)
    a.add_argument("run")
    a.add_argument("--steps", type=int, default=1500)
    a.add_argument("--rate", type=float, default=2e-3)
    a.add_argument("--batch", type=int, default=96)
    a.add_argument("--seed", type=int, default=3)
    o = a.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(o.seed)
    model, words = Starter(), Words(o.work / "words.npz")
    words.token_start(model)
    model.token_embedding.narrow.requires_grad_(False)
    model.visual.requires_grad_(False)
    readers = nn.ModuleList(nn.Linear(model.config["embed_dim"], words.vectors.shape[1]) for _ in range(2))
    learnt = [p for p in [*model.parameters(), *readers.parameters()] if p.requires_grad and p is not model.logit_scale]
    optimiser = torch.optim.AdamW(learnt, lr=o.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    history = []
    for step in range(o.steps):
        rng = np.random.default_rng([o.seed, step])
        for g in optimiser.param_groups:
            g["lr"] = o.rate * min(1, (step + 1) / 100) * (0.03 + 0.97 * 0.5 * (1 + np.cos(np.pi * step / o.steps)))
        pick = (len(words.words) * rng.random((o.batch, 2)) ** 2).astype(int)
        single = rng.random(o.batch) < 0.35
        texts = []
        for (first, second), alone in zip(pick, single):
            phrase = words.words[second] if alone else f"{words.words[first]} {words.words[second]}" if rng.random() < 0.75 else f"{words.words[second]} with {words.words[first]}"
            texts.append(captions.fill(rng, "{}", phrase) if rng.random() < 0.7 else phrase)
        with torch.autocast("cpu", torch.bfloat16):
            features = F.normalize(encode_sorted(model, texts), dim=-1)
        both = torch.from_numpy(~single)
        loss = (1 - F.cosine_similarity(readers[1](features), words.vectors[pick[:, 1]])).mean() + (1 - F.cosine_similarity(readers[0](features), words.vectors[pick[:, 0]]))[both].mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        history.append(float(loss.detach()))
        if step % 100 == 99:
            print(f"step {step + 1} {np.mean(history):.3f}", flush=True)
            history = []
        if step % 100 == 99 or step + 1 == o.steps:
            torch.save({"average": {k: v for k, v in model.state_dict().items() if not k.startswith("visual.")}, "probe": readers[1].state_dict(), "step": step + 1}, o.work / "runs" / f"{o.run}.pt")


if __name__ == "__main__":
    main()
