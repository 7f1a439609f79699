"""Trains BiT in PyTorch, for comparison: pytorch_twin.py UNITS WIDTH CROP BATCH THREADS DEVICE PEER

UNITS are the units of each block, as 3,4,6,3; DEVICE is cpu or cuda. PEER is one of

    pytorch                         float32; on a CPU the faster of PyTorch's two layouts, on a GPU as big_transfer trains:
                                    contiguous, PyTorch's defaults for TF32, cudnn.benchmark, the loss read in each step
    timm-amp                        timm's network of that name in bfloat16 by autocast
    timm-amp-channels-last          the same in that layout
    timm-amp-compile                timm-amp, by torch.compile
    timm-amp-channels-last-compile  both

Prints "ready ..." when warm, or "missing ..." without what it needs, memory included; then, for each number of steps on
stdin, the seconds they took. In each step images and labels go from page-locked host memory to the device.
"""
import contextlib
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
NAMES = {((3, 4, 6, 3), 1): "50x1", ((3, 4, 6, 3), 3): "50x3", ((3, 4, 23, 3), 1): "101x1",
         ((3, 4, 23, 3), 3): "101x3", ((3, 8, 36, 3), 2): "152x2", ((3, 8, 36, 3), 4): "152x4"}


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
    def __init__(self, network, crop, batch, device, layout=torch.contiguous_format, amp=False, compiled=False):
        torch.manual_seed(1)
        self.device = torch.device(device)
        self.on_gpu = self.device.type == "cuda"
        self.layout = layout
        self.amp = amp
        model = network().to(self.device, memory_format=layout)
        # Of big_transfer's optimizer on a GPU only what it sets; elsewhere the fastest.
        fused = {} if self.on_gpu and not amp else {"fused": True}
        self.optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, **fused)
        self.model = torch.compile(model) if compiled else model
        self.images = torch.rand(batch, 3, crop, crop).mul(2).sub(1).contiguous(memory_format=layout)
        self.labels = torch.randint(CLASSES, (batch,))
        if self.on_gpu:
            self.images, self.labels = self.images.pin_memory(), self.labels.pin_memory()

    def step(self):
        images = self.images.to(self.device, non_blocking=True)
        labels = self.labels.to(self.device, non_blocking=True)
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16) if self.amp else contextlib.nullcontext():
            loss = F.cross_entropy(self.model(images), labels)
        loss.backward()
        if not self.amp:
            float(loss.detach())
        self.optimizer.step()

    def seconds(self, steps):
        self.synchronize()
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        self.synchronize()
        return time.perf_counter() - start

    def synchronize(self):
        if self.on_gpu:
            torch.cuda.synchronize()


def timm_training(units, width, crop, batch, device, options):
    import timm
    if (tuple(units), width) not in NAMES:
        raise ImportError("timm has no BiT of units %s and width %d" % (units, width))
    name = "resnetv2_%s_bit" % NAMES[tuple(units), width]
    layout = torch.channels_last if "channels-last" in options else torch.contiguous_format
    network = lambda: timm.create_model(name, num_classes=CLASSES)
    return Training(network, crop, batch, device, layout, amp=True, compiled="compile" in options)


def fastest(units, width, crop, batch):
    candidates = [Training(lambda: BiT(units, width), crop, batch, "cpu", layout)
                  for layout in (torch.contiguous_format, torch.channels_last)]
    for training in candidates:
        training.seconds(2)
    return min(candidates, key=lambda training: min(training.seconds(1) for _ in range(3)))


def peer(units, width, crop, batch, device, kind):
    if kind != "pytorch":
        return timm_training(units, width, crop, batch, device, kind.removeprefix("timm-"))
    return fastest(units, width, crop, batch) if device == "cpu" else Training(lambda: BiT(units, width), crop, batch, device)


def main(units, width, crop, batch, threads, device, kind):
    torch.set_num_threads(int(threads))
    torch.backends.cudnn.benchmark = True
    try:
        training = peer([int(n) for n in units.split(",")], int(width), int(crop), int(batch), device, kind)
        training.seconds(3)
    except (ImportError, torch.OutOfMemoryError) as e:
        print("missing what the peer needs: %s: %s" % (type(e).__name__, str(e).split("\n")[0]), flush=True)
        return
    where = torch.cuda.get_device_name() if training.on_gpu else threads + " threads"
    print(f"ready {kind}, PyTorch {torch.__version__}, {where}, {training.layout}", flush=True)
    for line in sys.stdin:
        print(training.seconds(int(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
