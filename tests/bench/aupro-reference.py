"""The same pixel metrics with numpy, scipy and scikit-learn, everything in memory at once. A line of JSON out.

python aupro-reference.py FOLDER   with maps.f32 [n, 37, 37] and masks.u8 [n, 518, 518] as aupro-worker.ts writes them
"""

import json
import resource
import sys
import time

import numpy as np
from scipy.ndimage import gaussian_filter, label
from sklearn.metrics import average_precision_score, roc_auc_score

PATCHES, SIZE, SIGMA, LIMIT = 37, 518, 4, 0.3
folder = sys.argv[1]
maps = np.fromfile(f"{folder}/maps.f32", np.float32).reshape(-1, PATCHES, PATCHES)
masks = np.fromfile(f"{folder}/masks.u8", np.uint8).reshape(-1, SIZE, SIZE)


def bilinear():
    """torch's interpolate(mode='bilinear', align_corners=False) of one axis, as a matrix."""
    source = np.maximum(0, (np.arange(SIZE) + 0.5) * PATCHES / SIZE - 0.5)
    lower = np.minimum(source.astype(int), PATCHES - 1)
    upper = np.minimum(lower + 1, PATCHES - 1)
    matrix = np.zeros((SIZE, PATCHES))
    matrix[np.arange(SIZE), lower] += 1 - (source - lower)
    matrix[np.arange(SIZE), upper] += source - lower
    return matrix


def aupro(values, weights, good):
    """MVTec's definition: sort once, walk over the distinct values; weights sum to 1 over anomalous pixels."""
    order = np.argsort(values)[::-1]
    values, pro, fpr = values[order], np.cumsum(weights[order]), np.cumsum(good[order]) / good.sum()
    last = np.append(np.diff(values) != 0, True)
    pro, fpr = np.append(0, pro[last]), np.append(0, fpr[last])
    inside = fpr <= LIMIT
    x = np.append(fpr[inside], LIMIT)
    y = np.append(pro[inside], np.interp(LIMIT, fpr, pro))
    return np.trapezoid(y, x) / LIMIT


started, cpu_started = time.perf_counter(), time.process_time()
up = bilinear()
rendered = np.stack([gaussian_filter(up @ one @ up.T, SIGMA) for one in maps.astype(np.float64)]).astype(np.float32)
weights = np.zeros(masks.shape)
components = 0
for mask, weight in zip(masks, weights):
    labels, count = label(mask, np.ones((3, 3)))
    areas = np.bincount(labels.ravel())
    weight[labels > 0] = 1 / areas[labels[labels > 0]]
    components += count
values, truth = rendered.ravel(), masks.ravel()
metrics = {
    "auroc": float(roc_auc_score(truth, values)),
    "ap": float(average_precision_score(truth, values)),
    "aupro": float(aupro(values, weights.ravel() / components, 1.0 - truth)),
}
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "cpuSeconds": time.process_time() - cpu_started,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "metrics": metrics,
        }
    )
)
