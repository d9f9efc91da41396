"""One training step of the released loops' arithmetic in PyTorch, ViT-L/14@336 text encoder shapes, images at 518 px, batch 8.

Random weights, made-up features of a frozen image encoder. Each line of standard input names a case: `anomalyclip-4`,
`anomalyclip-1`, `faprompt-released` or `faprompt-paper`; answers with a line of JSON a request. Prompts are whole, 77 positions with an
additive causal mask; maps are drawn at 518 x 518 before the losses; all FAPrompt prompts are encoded anew for every image.
"""

import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

WIDTH, HEADS, BLOCKS, CONTEXT, EMBEDDING, SIZE, GRID, BATCH = 768, 12, 12, 77, 768, 518, 37, 8
DEEP_BLOCKS, DEEP_LENGTH = 8, 4
PROMPTS, CHOSEN = 10, 10


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = torch.nn.LayerNorm(WIDTH)
        self.ln_2 = torch.nn.LayerNorm(WIDTH)
        self.in_proj = torch.nn.Linear(WIDTH, 3 * WIDTH)
        self.out_proj = torch.nn.Linear(WIDTH, WIDTH)
        self.c_fc = torch.nn.Linear(WIDTH, 4 * WIDTH)
        self.c_proj = torch.nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, mask):
        q, k, v = (
            part.view(*part.shape[:2], HEADS, -1).transpose(1, 2) for part in self.in_proj(self.ln_1(x)).chunk(3, dim=-1)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out_proj(mixed.transpose(1, 2).reshape(x.shape))
        hidden = self.c_fc(self.ln_2(x))
        return x + self.c_proj(hidden * torch.sigmoid(1.702 * hidden))


class Text(torch.nn.Module):
    """Frozen; gradients reach the words and the deep tokens alone."""

    def __init__(self):
        super().__init__()
        self.positions = torch.nn.Parameter(0.01 * torch.randn(CONTEXT, WIDTH))
        self.blocks = torch.nn.ModuleList(Block() for _ in range(BLOCKS))
        self.ln_final = torch.nn.LayerNorm(WIDTH)
        self.projection = torch.nn.Parameter(torch.randn(WIDTH, EMBEDDING) / WIDTH**0.5)
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1))
        self.requires_grad_(False)

    def forward(self, prompts, ends, deep):
        x = prompts + self.positions
        for number, block in enumerate(self.blocks):
            if 1 <= number <= len(deep):
                tokens = deep[number - 1].expand(x.shape[0], -1, -1)
                x = torch.cat([x[:, :1], tokens, x[:, 1 + DEEP_LENGTH :]], dim=1)
            x = block(x, self.mask)
        return self.ln_final(x)[torch.arange(x.shape[0]), ends] @ self.projection


def focal(both, mask):
    """The one-hot mask and p_t are made over both channels, as in the released loss."""
    target = mask.unsqueeze(1)
    one_hot = torch.cat([1 - target, target], dim=1).clamp(1e-5, 1 - 1e-5)
    p_t = (one_hot * both).sum(1) + 1e-5
    return (-((1 - p_t) ** 2) * p_t.log()).mean()


def dice(found, mask):
    found, mask = found.flatten(1), mask.flatten(1)
    overlap = (found * mask).sum(1)
    return (1 - (2 * overlap + 1) / (found.sum(1) + mask.sum(1) + 1)).mean()


def map_loss(both, mask):
    both = both.transpose(1, 2).reshape(BATCH, 2, GRID, GRID)
    both = F.interpolate(both, size=SIZE, mode="bilinear", align_corners=False)
    return focal(both, mask) + dice(both[:, 1], mask) + dice(both[:, 0], 1 - mask)


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def against(features, texts):
    return (features @ texts.transpose(-1, -2) / 0.07).softmax(-1)


def words(*shape):
    return torch.nn.Parameter(0.02 * torch.randn(*shape))


def fixed(count, words_learned):
    """Start of text and what follows the learned words, [count, 1, width] and [count, rest, width]."""
    return 0.02 * torch.randn(count, 1, WIDTH), 0.02 * torch.randn(count, CONTEXT - 1 - words_learned, WIDTH)


class AnomalyClip:
    def __init__(self, text, layers):
        self.text = text
        self.words, self.deep = words(2, 12, WIDTH), [words(DEEP_LENGTH, WIDTH) for _ in range(DEEP_BLOCKS)]
        self.start, self.rest = fixed(2, 12)
        # `[V1]...[V12] object .` and `[W1]...[W12] damaged object .`
        self.ends = torch.tensor([15, 16])
        self.patches = [unit(torch.randn(BATCH, GRID * GRID, EMBEDDING)) for _ in range(layers)]
        self.optimiser = torch.optim.Adam([self.words, *self.deep], lr=1e-3, betas=(0.5, 0.999))

    def loss(self, classes, labels, masks):
        texts = unit(self.text(torch.cat([self.start, self.words, self.rest], dim=1), self.ends, self.deep))
        total = F.cross_entropy(classes @ texts.t() / 0.07, labels.long())
        for patches in self.patches:
            total = total + 4 * map_loss(against(patches, texts), masks)
        return total


class FaPrompt:
    def __init__(self, text, selection):
        self.text, self.selection = text, selection
        self.shared, self.own = words(1, 5, WIDTH), words(PROMPTS, 2, WIDTH)
        self.deep = [words(DEEP_LENGTH, WIDTH) for _ in range(DEEP_BLOCKS)]
        self.normal_fixed, self.fixed = fixed(1, 5), fixed(PROMPTS, 7)
        self.normal_ends, self.ends = torch.tensor([8]), torch.full((PROMPTS,), 11)
        self.patches = unit(torch.randn(BATCH, GRID * GRID, EMBEDDING))
        inputs = EMBEDDING * CHOSEN
        self.net = torch.nn.Sequential(
            torch.nn.Linear(inputs, inputs // 16), torch.nn.ReLU(), torch.nn.Linear(inputs // 16, WIDTH)
        )
        learned = [self.shared, self.own, *self.deep, *self.net.parameters()]
        self.optimiser = torch.optim.Adam(learned, lr=1e-3, betas=(0.5, 0.999))

    def abnormal(self, own):
        start, rest = self.fixed
        prompts = torch.cat([start, self.shared.expand(PROMPTS, -1, -1), own, rest], dim=1)
        return self.text(prompts, self.ends, self.deep)

    def loss(self, classes, labels, masks):
        start, rest = self.normal_fixed
        normal = unit(self.text(torch.cat([start, self.shared, rest], dim=1), self.normal_ends, self.deep))
        raw = self.abnormal(self.own)
        before = against(self.patches, torch.cat([normal, unit(raw.mean(0, keepdim=True))]))
        if self.selection == "released":
            chosen = self.patches[:, :CHOSEN]
        else:
            indices = before[..., 1].topk(CHOSEN, dim=1).indices.unsqueeze(-1).expand(-1, -1, EMBEDDING)
            chosen = self.patches.gather(1, indices)
        prior = self.net(chosen.flatten(1))
        prototypes = torch.stack([unit(self.abnormal(self.own + of_image).mean(0)) for of_image in prior])
        pairs = torch.stack([normal.expand(BATCH, -1), prototypes], dim=1)
        after = against(self.patches, pairs)
        logits = (classes.unsqueeze(1) @ pairs.transpose(1, 2)).squeeze(1) / 0.07
        score = logits.softmax(-1)[:, 1]
        score = (score + (2 * before[..., 1].amax(1) + after[..., 1].amax(1)) / 3) / 2
        binary = F.binary_cross_entropy_with_logits(score, labels, reduction="none")
        directions = unit(raw)
        return (
            F.cross_entropy(logits, labels.long())
            + ((1 - (-binary).exp()) ** 2 * binary).mean()
            + map_loss(before, masks)
            + 0.5 * map_loss(after, masks)
            + 0.1 * (directions @ directions.t()).triu(1).abs().sum()
            + ((prior**2).mean(1) * (1 - labels)).sum()
        )


def make(case, text):
    name, variant = case.split("-")
    return AnomalyClip(text, int(variant)) if name == "anomalyclip" else FaPrompt(text, variant)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    text, methods = Text(), {}
    classes = unit(torch.randn(BATCH, EMBEDDING))
    labels = torch.arange(BATCH).remainder(2).float()
    masks = torch.zeros(BATCH, SIZE, SIZE)
    masks[1::2, 100:200, 100:250] = 1
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    answered = time.process_time()
    for line in sys.stdin:
        case, idle = line.strip(), time.process_time() - answered
        if case not in methods:
            # One method at a time: memory is that of one training.
            methods = {case: make(case, text)}
        method, cpu_start, start = methods[case], time.process_time(), time.perf_counter()
        method.optimiser.zero_grad()
        loss = method.loss(classes, labels, masks)
        loss.backward()
        method.optimiser.step()
        answer = {
            "seconds": time.perf_counter() - start,
            "cpuSeconds": time.process_time() - cpu_start,
            "idleCpuSeconds": idle,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "loss": loss.item(),
        }
        print(json.dumps(answer), flush=True)
        answered = time.process_time()


if __name__ == "__main__":
    main()
