"""What lives here: what both trainings share: pixel statistics, augmentation, the losses of maps and class tokens.
What may not: data, options, a loop.
"""

import numpy as np
import torch
import torch.nn.functional as F

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
TEMPERATURE = 0.07


def augment(rng, image, mask, side):
    """Crop with a changed aspect, flips, turns, colours; the same for good and bad."""
    h, w = mask.shape
    if rng.random() < 0.6:
        ch, cw = int(h * rng.uniform(0.6, 1)), int(w * rng.uniform(0.6, 1))
        y, x = rng.integers(h - ch + 1), rng.integers(w - cw + 1)
        image, cut = image[y : y + ch, x : x + cw], mask[y : y + ch, x : x + cw]
        # a crop that leaves only a sliver of the defect would be a wrong label
        if mask.any() and cut.sum() < 0.3 * mask.sum():
            image = np.asarray(image)
            if cut.any():
                image, cut = None, mask
        mask = cut
    return image, mask


def pair_logits(features, normal, abnormal):
    """Cosines / 0.07 of features [B, ..., e] with the two sentences [B, e] of each image → [B, ..., 2]."""
    f = F.normalize(features.float(), dim=-1)
    t = F.normalize(torch.stack([normal, abnormal], 1).float(), dim=-1)
    return torch.einsum("bne,bke->bnk", f, t) / TEMPERATURE if f.dim() == 3 else torch.einsum("be,bke->bk", f, t) / TEMPERATURE


def map_loss(features, normal, abnormal, mask):
    """Focal + dice + cross-entropy of the upsampled patch map against mask [B, 64, 64] in 0..1."""
    logits = pair_logits(features, normal, abnormal)
    side = round(logits.shape[1] ** 0.5)
    difference = (logits[..., 1] - logits[..., 0]).view(-1, 1, side, side)
    d = F.interpolate(difference, (64, 64), mode="bilinear", align_corners=False)[:, 0]
    p = torch.sigmoid(d)
    ce = F.binary_cross_entropy_with_logits(d, mask, reduction="none")
    focal = (ce * (mask * (1 - p) + (1 - mask) * p) ** 2 * (1 + 3 * mask)).mean()
    has = (mask.flatten(1).sum(1) > 0.5).float()
    dice = 1 - (2 * (p * mask).flatten(1).sum(1) + 1) / (p.flatten(1).sum(1) + mask.flatten(1).sum(1) + 1)
    dice = (dice * has).sum() / (has.sum() + 1e-6)
    return 4 * focal + 0.5 * dice + 0.5 * ce.mean()


def window_index(rng, side, count):
    """`count` windows of k×k patches for k = 2 and 3: a list of int64 [count, k·k]."""
    out = []
    for k in (2, 3):
        y, x = rng.integers(0, side - k + 1, count), rng.integers(0, side - k + 1, count)
        dy, dx = np.mgrid[0:k, 0:k]
        out.append(torch.from_numpy(((y[:, None] + dy.ravel()) * side + x[:, None] + dx.ravel()).astype(np.int64)))
    return out
