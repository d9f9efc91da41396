"""WinCLIP's pass over one image in PyTorch, random weights: the ordinary pass and all windows of a size in one batch.

Answers each line of standard input (a number of images) with one line of JSON. Not a line of the product is in it.
"""
import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
for name in ["width", "layers", "heads", "mlp", "grid", "threads"]:
    parser.add_argument(f"--{name}", type=int, required=True)
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.set_grad_enabled(False)
width, grid = args.width, args.grid
blocks = [
    [torch.randn(rows, columns) * columns**-0.5 for rows, columns in [(3 * width, width), (width, width), (args.mlp, width), (width, args.mlp)]]
    for _ in range(args.layers)
]


def encode(x):
    batch, length, _ = x.shape
    for qkv, out, up, down in blocks:
        parts = (F.layer_norm(x, [width]) @ qkv.T).reshape(batch, length, 3, args.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        x = x + mixed.transpose(1, 2).reshape(batch, length, width) @ out.T
        x = x + F.gelu(F.layer_norm(x, [width]) @ up.T) @ down.T
    return x[:, 0]


def window_rows(side):
    first = [top * grid + left for top in range(grid - side + 1) for left in range(grid - side + 1)]
    offsets = [y * grid + x for y in range(side) for x in range(side)]
    return torch.tensor([[0] + [1 + at + offset for offset in offsets] for at in first])


tokens = torch.randn(1 + grid * grid, width)
windows = [window_rows(side) for side in (2, 3)]


def one_image():
    encode(tokens[None])
    for rows in windows:
        encode(tokens[rows])


print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    seconds, cpu = [], time.process_time()
    for _ in range(int(line)):
        start = time.perf_counter()
        one_image()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": time.process_time() - cpu, "peakBytes": peak}), flush=True)
