"""What lives here: CLIP's byte-pair tokenizer, from the merges in the project's assets. What may not: prompts."""

import gzip
import html
from functools import lru_cache
from pathlib import Path

import ftfy
import regex
import torch

MERGES = Path(__file__).resolve().parents[3] / "assets" / "clip-bpe" / "merges.txt.gz"
PATTERN = regex.compile(r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""", regex.IGNORECASE)


def _bytes():
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table, n = {b: chr(b) for b in keep}, 0
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + n)
            n += 1
    order = keep + [b for b in range(256) if b not in keep]
    return table, [table[b] for b in order]


BYTES, SYMBOLS = _bytes()
_pairs = [tuple(line.split(" ")) for line in gzip.open(MERGES).read().decode().splitlines() if line]
RANK = {p: i for i, p in enumerate(_pairs)}
VOCABULARY = SYMBOLS + [s + "</w>" for s in SYMBOLS] + ["".join(p) for p in _pairs] + ["<|startoftext|>", "<|endoftext|>"]
ID = {t: i for i, t in enumerate(VOCABULARY)}


@lru_cache(100_000)
def word_ids(word):
    parts = [BYTES[b] for b in word.encode()]
    parts[-1] += "</w>"
    while len(parts) > 1:
        rank, at = min((RANK.get((parts[i], parts[i + 1]), 1 << 30), i) for i in range(len(parts) - 1))
        if rank == 1 << 30:
            break
        a, b = parts[at], parts[at + 1]
        merged, i = [], 0
        while i < len(parts):
            if i < len(parts) - 1 and parts[i] == a and parts[i + 1] == b:
                merged.append(a + b)
                i += 2
            else:
                merged.append(parts[i])
                i += 1
        parts = merged
    return tuple(ID[p] for p in parts)


def encode(text):
    text = " ".join(html.unescape(html.unescape(text if text.isascii() else ftfy.fix_text(text))).split()).strip().lower()
    return [i for word in PATTERN.findall(text) for i in word_ids(word)]


def tokenize(texts, context=77):
    """Texts (or lists of ids without SOT and EOT) → int64 [B, context]."""
    out = torch.zeros(len(texts), context, dtype=torch.long)
    for row, text in enumerate(texts):
        ids = [49406] + (encode(text) if isinstance(text, str) else list(text)) + [49407]
        if len(ids) > context:
            raise ValueError(f"text is longer than {context} tokens: {text!r}")
        out[row, : len(ids)] = torch.tensor(ids)
    return out
