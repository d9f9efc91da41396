"""What lives here: the starter model, a CLIP whose patches come out of a convolutional stem.
What may not: data, losses.

Names of parameters are OpenAI's, with `visual.stem.*` in place of `visual.conv1` and the text embedding in two factors
(`token_embedding.narrow` [49408, n] times `token_embedding.expand` [n, width] is the ordinary matrix).
Blocks are CLIP's: pre-LN, QuickGELU, fused in_proj. DPAM is v-v attention without MLP beside the ordinary stream (methods.md §2).
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

# (repeats, kernel, stride of the first, expansion, channels out), stages 1 to 5 of EfficientNet-Lite0.
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112))

CONFIG = {
    "embed_dim": 256, "image_size": 256, "patch_size": 16, "vision_width": 256, "vision_layers": 5, "vision_heads": 4,
    "context_length": 77, "vocab_size": 49408, "text_width": 192, "text_heads": 3, "text_layers": 4, "narrow": 48,
    "dpam_first_layer": 3, "stride": 16,
}


class Same(nn.Conv2d):
    """Convolution with TensorFlow's «same» padding: what is odd goes to the right and bottom."""

    def forward(self, x):
        k, s = self.kernel_size[0], self.stride[0]
        pads = []
        for n in (x.shape[3], x.shape[2]):
            total = max((-(-n // s) - 1) * s + k - n, 0)
            pads += [total // 2, total - total // 2]
        return F.conv2d(F.pad(x, pads) if any(pads) else x, self.weight, self.bias, self.stride, 0, 1, self.groups)


class MBConv(nn.Module):
    """Expand 1×1, depthwise k×k, project 1×1; ReLU6 after the first two; residual where shapes agree. Batch norm is folded in."""

    def __init__(self, cin, cout, kernel, stride, expansion):
        super().__init__()
        mid = cin * expansion
        self.expand = Same(cin, mid, 1) if expansion > 1 else None
        self.depthwise = Same(mid, mid, kernel, stride, groups=mid)
        self.project = Same(mid, cout, 1)
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else y


class Stem(nn.Module):
    """Stages 1-5; stage 3 (stride 8, unshuffled 2×2 to 160 channels) beside stage 5 (stride 16, 112) → linear → tokens.

    Input: pixels normalised with CLIP's mean and std, like any CLIP's; `rescale` and `shift` (per channel) turn them into
    (255·x - 127)/128. They cannot be folded into the first convolution: its padding is zero in the rescaled space.
    """

    def __init__(self, width, stride=16):
        super().__init__()
        self.stride = stride
        self.conv = Same(3, 32, 3, 2)
        blocks, cin, self.ends = [], 32, []
        for repeats, kernel, stride, expansion, cout in STAGES:
            for i in range(repeats):
                blocks.append(MBConv(cin, cout, kernel, stride if i == 0 else 1, expansion))
                cin = cout
            self.ends.append(len(blocks) - 1)
        self.blocks = nn.ModuleList(blocks)
        self.proj = nn.Linear(160 + 112 if self.stride == 16 else 40 + 112, width)
        mean, std = torch.tensor([0.48145466, 0.4578275, 0.40821073]), torch.tensor([0.26862954, 0.26130258, 0.27577711])
        self.register_buffer("rescale", std * 255 / 128)
        self.register_buffer("shift", (mean * 255 - 127) / 128)
        self.frozen_through = -1

    def forward(self, x):
        """[B, 3, S, S] → tokens [B, (S/16)², width]."""
        return self.tokens(self.taps(x))

    def tokens(self, taps):
        """Taps [B, n, 272] → tokens [B, n, width], or [B, 4n, width] at stride 8 (tried, see LOG.md; the product reads stride 16)."""
        if self.stride == 8:
            b, n, _ = taps.shape
            side = round(n**0.5)
            fine = taps[..., :160].reshape(b, side, side, 40, 2, 2).permute(0, 1, 4, 2, 5, 3).reshape(b, 2 * side, 2 * side, 40)
            coarse = taps[..., 160:].reshape(b, side, 1, side, 1, 112).expand(b, side, 2, side, 2, 112).reshape(b, 2 * side, 2 * side, 112)
            taps = torch.cat([fine, coarse], -1).flatten(1, 2)
        return self.proj(taps)

    def finer(self):
        """Start reading at stride 8 with the weights learnt at stride 16: a token counts as the four around it."""
        old = self.proj
        self.stride, self.proj = 8, nn.Linear(40 + 112, old.out_features)
        self.proj.weight.data.copy_(torch.cat([old.weight.data[:, :160].view(-1, 40, 4).sum(2), old.weight.data[:, 160:]], 1))
        self.proj.bias.data.copy_(old.bias.data)

    def taps(self, x):
        """[B, 3, S, S] → what the stem gives before its only trained layer [B, (S/16)², 272]: cached when the stem is frozen."""
        x = x * self.rescale[:, None, None] + self.shift[:, None, None]
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.frozen_through < 0):
            x = F.relu6(self.conv(x))
        fine = None
        for i, block in enumerate(self.blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and i > self.frozen_through):
                x = block(x)
            if i == self.ends[2]:
                fine = x
        # channel c of position (dy, dx) becomes channel 4c + 2dy + dx: torch's pixel_unshuffle, ONNX's SpaceToDepth in CRD order
        return torch.cat([F.pixel_unshuffle(fine, 2), x], 1).flatten(2).transpose(1, 2)

    def load_imagenet(self, path):
        sd = torch.load(path, map_location="cpu")

        def fold(target, conv, bn):
            scale = sd[bn + ".weight"] / torch.sqrt(sd[bn + ".running_var"] + 1e-3)
            target.weight.data.copy_(sd[conv + ".weight"] * scale[:, None, None, None])
            target.bias.data.copy_(sd[bn + ".bias"] - sd[bn + ".running_mean"] * scale)

        fold(self.conv, "_conv_stem", "_bn0")
        for i, block in enumerate(self.blocks):
            p = f"_blocks.{i}."
            if block.expand is not None:
                fold(block.expand, p + "_expand_conv", p + "_bn0")
            fold(block.depthwise, p + "_depthwise_conv", p + "_bn1")
            fold(block.project, p + "_project_conv", p + "_bn2")


class Attention(nn.Module):
    """nn.MultiheadAttention's parameters, with its two uses written out."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * width, width) * width**-0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def qkv(self, x):
        b, n, d = x.shape
        # the query's scale goes into the small weights, not over the large product
        scale = torch.ones(3, 1, 1, device=x.device)
        scale[0] = (d // self.heads) ** -0.5
        w, b_ = (self.in_proj_weight.view(3, d, d) * scale).view(3 * d, d), (self.in_proj_bias.view(3, d) * scale[:, 0]).view(3 * d)
        return F.linear(x, w, b_).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)

    def mix(self, q, k, v, causal=False):
        # written out: the fused kernel's backward is several times slower on CPUs at these sizes; `q` comes scaled
        a = q @ k.transpose(-1, -2)
        if causal:
            a = a + torch.full(a.shape[-2:], float("-inf"), dtype=a.dtype).triu(1)
        with torch.autocast("cpu", enabled=False):
            # in bf16 the kernel still sums in fp32; autocast would copy the largest arrays to fp32 and back
            a = a.softmax(-1)
        y = a @ v
        return self.out_proj(y.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, causal=False):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.causal = causal

    def forward(self, x, second=None):
        """(ordinary stream, DPAM stream or None) after the block."""
        q, k, v = self.attn.qkv(self.ln_1(x))
        if second is not None:
            second = second + self.attn.mix(v * v.shape[-1] ** -0.5, v, v)
        x = x + self.attn.mix(q, k, v, self.causal)
        fc, out = self.mlp.c_fc, self.mlp.c_proj
        # QuickGELU x·sigmoid(1.702x) as silu(1.702x)/1.702, both factors within the weights: one pass over the widest array, not four
        y = F.silu(F.linear(self.ln_2(x), fc.weight * 1.702, fc.bias * 1.702))
        return x + F.linear(y, out.weight / 1.702, out.bias), second


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, causal=False):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads, causal) for _ in range(layers))
        for block in self.resblocks:
            nn.init.normal_(block.attn.out_proj.weight, std=width**-0.5 * (2 * layers) ** -0.5)
            nn.init.zeros_(block.attn.out_proj.bias)
            nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
            nn.init.normal_(block.mlp.c_proj.weight, std=width**-0.5 * (2 * layers) ** -0.5)


class Visual(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["vision_width"]
        self.stem = Stem(width, c["stride"])
        self.side = c["image_size"] // c["patch_size"]
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        self.positional_embedding = nn.Parameter(torch.randn(self.side**2 + 1, width) * 0.02)
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, c["vision_layers"], c["vision_heads"])
        self.proj = nn.Parameter(torch.randn(width, c["embed_dim"]) * width**-0.5)
        self.dpam_first = c["dpam_first_layer"]

    def positions(self, side):
        p = self.positional_embedding
        if side == self.side:
            return p
        grid = p[1:].T.reshape(1, -1, self.side, self.side).float()
        grid = F.interpolate(grid, (side, side), mode="bilinear", align_corners=False)
        return torch.cat([p[:1], grid.flatten(2)[0].T])

    def embed(self, image):
        """Tokens after position embedding and ln_pre [B, 1 + n, width]."""
        return self.place(self.stem(image))

    def place(self, x):
        """Stem tokens [B, n, width] → with the class token and positions, after ln_pre [B, 1 + n, width]."""
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1).to(x.dtype), x], 1)
        return self.ln_pre(x + self.positions(round((x.shape[1] - 1) ** 0.5)).to(x.dtype))

    def run(self, x, dpam=True):
        """(ordinary stream, DPAM stream) after the last block."""
        second = None
        for i, block in enumerate(self.transformer.resblocks, 1):
            if dpam and i == self.dpam_first:
                second = x
            x, second = block(x, second)
        return x, second

    def head(self, x):
        return self.ln_post(x) @ self.proj

    def windows(self, embedded, index):
        """Window embeddings: embedded [B, 1+n, w]; index [W, k] of patches (0-based) → [B, W, embed] (WinCLIP, methods.md §4)."""
        b, _, w = embedded.shape
        patches = embedded[:, 1:][:, index.flatten()].view(b, *index.shape, w)
        tokens = torch.cat([embedded[:, None, :1].expand(b, len(index), 1, w), patches], 2).flatten(0, 1)
        return self.head(self.run(tokens, False)[0][:, 0]).view(b, len(index), -1)


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary, narrow, width):
        super().__init__()
        self.narrow = nn.Parameter(torch.randn(vocabulary, narrow))
        self.expand = nn.Parameter(torch.randn(narrow, width) * narrow**-0.5 * 0.1)

    def forward(self, ids):
        return self.narrow[ids] @ self.expand


class Starter(nn.Module):
    def __init__(self, config=None):
        super().__init__()
        c = self.config = dict(CONFIG, **(config or {}))
        self.visual = Visual(c)
        self.token_embedding = TokenEmbedding(c["vocab_size"], c["narrow"], c["text_width"])
        self.positional_embedding = nn.Parameter(torch.randn(c["context_length"], c["text_width"]) * 0.02)
        self.transformer = Transformer(c["text_width"], c["text_layers"], c["text_heads"], causal=True)
        self.ln_final = nn.LayerNorm(c["text_width"])
        self.text_projection = nn.Parameter(torch.randn(c["text_width"], c["embed_dim"]) * c["text_width"] ** -0.5)
        self.logit_scale = nn.Parameter(torch.tensor(2.6593))

    def encode_text(self, ids):
        """ids int64 [B, L] (padded with zeros after EOT 49407) → [B, embed], not normalised."""
        length = int((ids != 0).sum(1).max())
        ids = ids[:, :length]
        x = self.token_embedding(ids) + self.positional_embedding[:length]
        for block in self.transformer.resblocks:
            x, _ = block(x)
        return self.ln_final(x[torch.arange(len(x)), ids.argmax(1)]) @ self.text_projection

    def encode_image(self, image, dpam=True):
        """CLS [B, e], patch features [B, n, e], DPAM patch features [B, n, e], raw CLS without ln_post [B, e], embedded tokens."""
        return self.encode_embedded(self.visual.embed(image), dpam)

    def encode_embedded(self, embedded, dpam=True):
        x, second = self.visual.run(embedded, dpam)
        y = self.visual.head(x)
        d = self.visual.head(second[:, 1:]) if dpam else None
        return y[:, 0], y[:, 1:], d, x[:, 0] @ self.visual.proj, embedded
