"""AnomalyCLIP's vision encoder (ViT-L/14@336 shapes, DPAM over the last 19 blocks, features after four layers) in PyTorch.

Random weights, no files. Reads one number a line from standard input: how many images to time; answers with one line of JSON
a request. `{"ready": ...}` comes first. Attention is F.scaled_dot_product_attention, PyTorch's fastest on a CPU.
With --as-released the last block computes everything, as the released code does; without it, only what the class feature needs.
"""

import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F


class Block(torch.nn.Module):
    def __init__(self, width, heads, mlp_width):
        super().__init__()
        self.heads = heads
        self.ln_1 = torch.nn.LayerNorm(width)
        self.ln_2 = torch.nn.LayerNorm(width)
        self.in_proj = torch.nn.Linear(width, 3 * width)
        self.out_proj = torch.nn.Linear(width, width)
        self.c_fc = torch.nn.Linear(width, mlp_width)
        self.c_proj = torch.nn.Linear(mlp_width, width)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def attend(self, q, k, v):
        mixed = F.scaled_dot_product_attention(self.split(q), self.split(k), self.split(v))
        return self.out_proj(mixed.transpose(1, 2).reshape(q.shape))

    def forward(self, x, second, dpam, class_only):
        h = self.ln_1(x)
        if class_only:
            width = x.shape[-1]
            weight, bias = self.in_proj.weight, self.in_proj.bias
            q = F.linear(h[:, :1], weight[:width], bias[:width])
            k, v = F.linear(h, weight[width:], bias[width:]).chunk(2, dim=-1)
        else:
            q, k, v = self.in_proj(h).chunk(3, dim=-1)
        if dpam:
            second = (x if second is None else second) + self.attend(v, v, v)
        x = (x[:, :1] if class_only else x) + self.attend(q, k, v)
        hidden = self.c_fc(self.ln_2(x))
        return x + self.c_proj(hidden * torch.sigmoid(1.702 * hidden)), second


class Vision(torch.nn.Module):
    def __init__(self, args):
        super().__init__()
        self.args = args
        self.conv = torch.nn.Conv2d(3, args.width, args.patch, args.patch, bias=False)
        self.class_embedding = torch.nn.Parameter(torch.randn(args.width))
        tokens = 1 + (args.size // args.patch) ** 2
        self.positions = torch.nn.Parameter(torch.randn(tokens, args.width))
        self.ln_pre = torch.nn.LayerNorm(args.width)
        self.ln_post = torch.nn.LayerNorm(args.width)
        self.blocks = torch.nn.ModuleList(
            Block(args.width, args.heads, 4 * args.width) for _ in range(args.blocks)
        )
        self.proj = torch.nn.Parameter(torch.randn(args.width, args.embedding) / args.width**0.5)

    def forward(self, image):
        args = self.args
        patches = self.conv(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(1, 1, -1), patches], dim=1) + self.positions
        x, second, features = self.ln_pre(x), None, []
        for number, block in enumerate(self.blocks, start=1):
            dpam = number > args.blocks - args.dpam_blocks
            class_only = number == args.blocks and not args.as_released
            x, second = block(x, second, dpam, class_only)
            if number in args.layers:
                features.append(self.ln_post(second if second is not None else x) @ self.proj)
        return x[:, 0] @ self.proj, features


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--blocks", type=int, default=24)
    parser.add_argument("--heads", type=int, default=16)
    parser.add_argument("--patch", type=int, default=14)
    parser.add_argument("--embedding", type=int, default=768)
    parser.add_argument("--size", type=int, default=518)
    parser.add_argument("--dpam-blocks", type=int, default=19)
    parser.add_argument("--layers", type=int, nargs="+", default=[6, 12, 18, 24])
    parser.add_argument("--as-released", action="store_true")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    with torch.inference_mode():
        model = Vision(args).eval()
        image = torch.randn(1, 3, args.size, args.size)
        print(json.dumps({"ready": True, "torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
        answered = time.process_time()
        for line in sys.stdin:
            seconds, cpu_start = [], time.process_time()
            idle = cpu_start - answered
            for _ in range(int(line)):
                start = time.perf_counter()
                model(image)
                seconds.append(time.perf_counter() - start)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            answer = {
                "seconds": seconds,
                "cpuSeconds": time.process_time() - cpu_start,
                "idleCpuSeconds": idle,
                "peakBytes": peak,
            }
            print(json.dumps(answer), flush=True)
            answered = time.process_time()


if __name__ == "__main__":
    main()
