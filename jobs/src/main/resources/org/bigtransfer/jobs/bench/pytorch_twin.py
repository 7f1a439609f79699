"""Trains BiT in PyTorch on the CPU, for comparison: pytorch_twin.py UNITS WIDTH CROP BATCH THREADS

UNITS are the units of each block, as 3,4,6,3. Prints "ready ..." when warm, in the faster of PyTorch's two layouts, or
"missing ..." without PyTorch; then, for each number of steps on stdin, the seconds they took.
"""
import sys
import time

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as e:
    print("missing PyTorch:", e, flush=True)
    sys.exit(0)

CLASSES = 1000


class StdConv(nn.Conv2d):
    def __init__(self, inputs, outputs, size, stride=1):
        super().__init__(inputs, outputs, size, stride, size // 2, bias=False)

    def forward(self, x):
        w = self.weight  # Batch normalization over a kernel's filters standardizes them in one call.
        flat = F.batch_norm(w.reshape(1, len(w), -1), None, None, training=True, momentum=0.0, eps=1e-10)
        return F.conv2d(x, flat.reshape_as(w), None, self.stride, self.padding)


class Norm(nn.GroupNorm):
    def __init__(self, channels):
        super().__init__(32, channels)

    def forward(self, x):
        return F.relu_(super().forward(x))


class Unit(nn.Module):
    def __init__(self, inputs, middle, stride, first):
        super().__init__()
        self.a, self.b, self.c = Norm(inputs), Norm(middle), Norm(middle)
        self.conv_a = StdConv(inputs, middle, 1)
        self.conv_b = StdConv(middle, middle, 3, stride)
        self.conv_c = StdConv(middle, 4 * middle, 1)
        self.proj = StdConv(inputs, 4 * middle, 1, stride) if first else None

    def forward(self, x):
        active = self.a(x)
        shortcut = self.proj(active) if self.proj else x
        return self.conv_c(self.c(self.conv_b(self.b(self.conv_a(active))))) + shortcut


class BiT(nn.Module):
    def __init__(self, units, width):
        super().__init__()
        self.root = StdConv(3, 64 * width, 7, 2)
        blocks, channels = [], 64 * width
        for block, count in enumerate(units):
            middle = 64 * 2**block * width
            for unit in range(count):
                blocks.append(Unit(channels, middle, 2 if block and not unit else 1, unit == 0))
                channels = 4 * middle
        self.blocks = nn.Sequential(*blocks)
        self.norm = Norm(channels)
        self.head = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.pad(self.root(x), (1, 1, 1, 1)), 3, 2)
        return self.head(self.norm(self.blocks(x)).mean((2, 3)))


class Training:
    def __init__(self, units, width, crop, batch, layout):
        torch.manual_seed(1)
        self.layout = layout
        self.model = BiT(units, width).to(memory_format=layout)
        self.images = torch.rand(batch, 3, crop, crop).mul(2).sub(1).to(memory_format=layout)
        self.labels = torch.randint(CLASSES, (batch,))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1e-4, momentum=0.9, fused=True)

    def seconds(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(self.model(self.images), self.labels).backward()
            self.optimizer.step()
        return time.perf_counter() - start


def main(units, width, crop, batch, threads):
    torch.set_num_threads(int(threads))
    shape = [int(n) for n in units.split(",")], int(width), int(crop), int(batch)
    candidates = [Training(*shape, layout) for layout in (torch.contiguous_format, torch.channels_last)]
    for training in candidates:
        training.seconds(2)
    best = min(candidates, key=lambda training: min(training.seconds(1) for _ in range(3)))
    del candidates
    print(f"ready PyTorch {torch.__version__}, {threads} threads, {best.layout}", flush=True)
    for line in sys.stdin:
        print(best.seconds(int(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
