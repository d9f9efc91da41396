"""What lives here: vectors of English words from dictionaries, so that state words never seen in training mean something.
What may not: anything learned from images.

Sources (Debian packages unpacked under WORK/dict): WordNet 3.0 (wordnet-base), GCIDE (dict-gcide), MyThes en_US (mythes-en-us).
Positive pointwise mutual information of words within six words of each other, plus the synonym graph, factored by SVD.

Usage: python word_vectors.py WORK   writes WORK/words.npz: words [N], vectors float32 [N, 48] of unit variance.
"""

import gzip
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds

DIMENSIONS, VOCABULARY, WINDOW, SEED = 48, 40_000, 6, 4
WORD = re.compile(r"[a-z]+")


def sentences(work: Path):
    text = gzip.open(next((work / "dict").rglob("gcide.dict.dz"))).read().decode("utf-8", "replace").lower()
    for paragraph in re.split(r"\n\s*\n", text):
        yield WORD.findall(paragraph)
    for path in sorted((work / "dict").rglob("data.*")):
        for line in path.read_text(errors="replace").splitlines():
            if "|" in line and not line.startswith(" "):
                fields = line.split()
                words = [fields[4 + 2 * i].lower() for i in range(int(fields[3], 16))]
                gloss = WORD.findall(line.split("|", 1)[1].lower())
                yield WORD.findall(" ".join(words)) + gloss


def synonyms(work: Path):
    """Pairs of words of one meaning; antonyms and broader terms are left out."""
    head = None
    for line in next((work / "dict").rglob("th_en_US_v2.dat")).read_text(errors="replace").splitlines()[1:]:
        fields = line.lower().split("|")
        if line.startswith("("):
            group = [f.replace(" (similar term)", "") for f in fields[1:] if "(" not in f or "(similar term)" in f]
            group = [w for w in group if WORD.fullmatch(w)]
            if head and WORD.fullmatch(head):
                for w in group:
                    yield head, w
        else:
            head = fields[0]


def main(work: Path):
    corpus = list(sentences(work))
    counts = Counter(w for s in corpus for w in s)
    words = [w for w, _ in counts.most_common(VOCABULARY)]
    index = {w: i for i, w in enumerate(words)}
    flat = []
    for s in corpus:
        flat += [index.get(w, -1) for w in s] + [-2] * WINDOW
    flat = np.array(flat, np.int32)
    n = len(words)
    total = sp.csr_matrix((n, n), dtype=np.float32)
    for d in range(1, WINDOW + 1):
        a, b = flat[:-d], flat[d:]
        keep = (a >= 0) & (b >= 0)
        m = sp.coo_matrix((np.full(keep.sum(), 1 / d, np.float32), (a[keep], b[keep])), (n, n)).tocsr()
        total = total + m + m.T
    row = np.asarray(total.sum(1)).ravel()
    smooth = row**0.75
    m = total.tocoo()
    value = np.log(np.maximum(m.data * smooth.sum() / (row[m.row] * smooth[m.col] + 1e-9), 1e-9))
    keep = value > 0
    ppmi = sp.coo_matrix((value[keep], (m.row[keep], m.col[keep])), (n, n)).tocsr()
    pairs = np.array([(index[a], index[b]) for a, b in synonyms(work) if a in index and b in index])
    graph = sp.coo_matrix((np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])), (n, n)).tocsr()
    graph = ((graph + graph.T) > 0).astype(np.float32) + sp.identity(n, dtype=np.float32)
    degree = np.asarray(graph.sum(1)).ravel()
    walk = sp.diags(1 / degree) @ graph
    # two steps over the synonym graph, then every word is described by the contexts of its synonyms too
    described = (walk @ (walk @ ppmi) * 0.6 + ppmi * 0.4).astype(np.float32)
    links = (walk @ walk).astype(np.float32) * 60
    features = sp.hstack([described, links]).tocsr()
    scale = np.sqrt(np.asarray(features.multiply(features).sum(1)).ravel()) + 1e-6
    features = sp.diags(1 / scale) @ features
    u, s, _ = svds(features, DIMENSIONS, random_state=SEED)
    vectors = u * np.sqrt(s)
    vectors = vectors - vectors.mean(0)
    vectors = (vectors / vectors.std(0)).astype(np.float32)
    np.savez(work / "words.npz", words=np.array(words), vectors=vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for w in ("flawless", "immaculate", "blemished", "damaged", "faulty", "scratched", "intact", "cookie"):
        if w in index:
            near = np.argsort(-unit @ unit[index[w]])[1:11]
            print(w, [words[i] for i in near])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
