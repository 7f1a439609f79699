"""Makes bit-model/src/test/resources/golden/r2.npz: what a small BiT computes in float64.

Origin: this file is an implementation of its own, written from arXiv:1912.11370 for this project; no official code or
weights went into it. Run it with PyTorch 2 on a CPU: python make_golden.py ../resources/golden/r2.npz

The network is R[1,1]x1 with 5 classes on 3 images of 40 x 40. Weights and images are not stored: both sides draw them
from the same linear congruential generator (class Lcg here and in GoldenCase.java).
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

UNITS, WIDTH, CLASSES, IMAGES, SIZE = (1, 1), 1, 5, 3, 40
LRS, LAMBDA, PERMUTATION = (0.01, 0.02, 0.003), 0.3, (2, 0, 1)
STORED = 2000


class Lcg:
    """x <- 1664525 x + 1013904223 mod 2^32; gives the upper 24 bits, exact in float32."""

    def __init__(self, seed):
        self.x = seed

    def next(self):
        self.x = (1664525 * self.x + 1013904223) % 2**32
        return self.x >> 8

    def values(self, shape):
        n = int(np.prod(shape))
        return np.array([self.next() / 2.0**24 - 0.5 for _ in range(n)]).reshape(shape)


def tensors():
    """Names and HWIO shapes in the order of ParameterLayout."""
    yield "resnet/root_block/standardized_conv2d/kernel", (7, 7, 3, 64 * WIDTH)
    channels = 64 * WIDTH
    for b, units in enumerate(UNITS):
        middle, out = 64 * 2**b * WIDTH, 256 * 2**b * WIDTH
        for u in range(units):
            name = f"resnet/block{b + 1}/unit{u + 1:02d}"
            yield from norm(name + "/a", channels)
            if u == 0:
                yield name + "/a/proj/standardized_conv2d/kernel", (1, 1, channels, out)
            yield name + "/a/standardized_conv2d/kernel", (1, 1, channels, middle)
            yield from norm(name + "/b", middle)
            yield name + "/b/standardized_conv2d/kernel", (3, 3, middle, middle)
            yield from norm(name + "/c", middle)
            yield name + "/c/standardized_conv2d/kernel", (1, 1, middle, out)
            channels = out
    yield from norm("resnet", channels)
    yield "resnet/head/conv2d/kernel", (1, 1, channels, CLASSES)
    yield "resnet/head/conv2d/bias", (CLASSES,)


def norm(name, channels):
    yield name + "/group_norm/gamma", (channels,)
    yield name + "/group_norm/beta", (channels,)


def weights():
    lcg = Lcg(1)
    for name, shape in tensors():
        yield name, torch.tensor(lcg.values(shape) + (1 if name.endswith("gamma") else 0))


def conv(x, kernel, stride=1):
    mean = kernel.mean((0, 1, 2), keepdim=True)
    variance = ((kernel - mean) ** 2).mean((0, 1, 2), keepdim=True)
    standardized = (kernel - mean) / torch.sqrt(variance + 1e-10)
    return F.conv2d(x, standardized.permute(3, 2, 0, 1), stride=stride, padding=kernel.shape[0] // 2)


def group_norm_relu(x, p, name):
    n, c, h, w = x.shape
    groups = x.reshape(n, 32, -1)
    mean = groups.mean(2, keepdim=True)
    variance = ((groups - mean) ** 2).mean(2, keepdim=True)
    normalized = ((groups - mean) / torch.sqrt(variance + 1e-5)).reshape(n, c, h, w)
    gamma, beta = p[name + "/group_norm/gamma"], p[name + "/group_norm/beta"]
    return F.relu(normalized * gamma[:, None, None] + beta[:, None, None])


def forward(p, images, seen=None):
    x = conv(images.permute(0, 3, 1, 2), p["resnet/root_block/standardized_conv2d/kernel"], 2)
    x = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 2)
    seen = {} if seen is None else seen
    seen["root"] = x[:1].permute(0, 2, 3, 1)
    for b, units in enumerate(UNITS):
        for u in range(units):
            name = f"resnet/block{b + 1}/unit{u + 1:02d}"
            stride = 2 if b > 0 and u == 0 else 1
            active = group_norm_relu(x, p, name + "/a")
            shortcut = conv(active, p[name + "/a/proj/standardized_conv2d/kernel"], stride) if u == 0 else x
            y = conv(active, p[name + "/a/standardized_conv2d/kernel"])
            y = conv(group_norm_relu(y, p, name + "/b"), p[name + "/b/standardized_conv2d/kernel"], stride)
            y = conv(group_norm_relu(y, p, name + "/c"), p[name + "/c/standardized_conv2d/kernel"])
            x = shortcut + y
        seen[f"block{b + 1}_mean"] = x.mean((2, 3))
    seen["pre_logits"] = group_norm_relu(x, p, "resnet").mean((2, 3))
    seen["logits"] = seen["pre_logits"] @ p["resnet/head/conv2d/kernel"][0, 0] + p["resnet/head/conv2d/bias"]
    return seen["logits"]


def main(path):
    p = dict(weights())
    for tensor in p.values():
        tensor.requires_grad_(True)
    lcg = Lcg(2)
    pixels = np.array([lcg.next() >> 16 for _ in range(IMAGES * SIZE * SIZE * 3)]).reshape(IMAGES, SIZE, SIZE, 3)
    images = torch.tensor((pixels - 127.5) / 127.5)
    labels = torch.tensor([3, 0, 4])
    case = {"labels": labels.numpy(), "step_lrs": np.array(LRS), "mixup_lambda": LAMBDA, "mixup_perm": PERMUTATION}

    seen = {}
    loss = F.cross_entropy(forward(p, images, seen), labels)
    loss.backward()
    case["loss"] = loss.item()
    case.update({name: tensor.detach().numpy().astype(np.float32) for name, tensor in seen.items()})
    for name, tensor in p.items():
        store(case, "grad", name, tensor.grad)

    mixed = LAMBDA * images + (1 - LAMBDA) * images[list(PERMUTATION)]
    logits = forward(p, mixed)
    mixup = LAMBDA * F.cross_entropy(logits, labels) + (1 - LAMBDA) * F.cross_entropy(logits, labels[list(PERMUTATION)])
    case["mixup_loss"] = mixup.item()

    velocity = {name: torch.zeros_like(tensor) for name, tensor in p.items()}
    losses = []
    for lr in LRS:
        for tensor in p.values():
            tensor.grad = None
        loss = F.cross_entropy(forward(p, images), labels)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for name, tensor in p.items():
                velocity[name] = 0.9 * velocity[name] + tensor.grad
                tensor -= lr * velocity[name]
    case["step_losses"] = np.array(losses)
    case["loss_after"] = F.cross_entropy(forward(p, images), labels).item()
    for name, tensor in p.items():
        store(case, "after", name, tensor.detach())
    np.savez_compressed(path, **case)


def store(case, what, name, tensor):
    """The norm; the values if they are few; for kernels the sums of squares over the other axes."""
    value = tensor.numpy()
    case[f"{what}_norm/{name}"] = np.sqrt((value**2).sum())
    if value.size <= STORED:
        case[f"{what}/{name}"] = value.astype(np.float32)
    if what == "grad" and value.ndim == 4:
        case[f"grad_sq_hw/{name}"] = (value**2).sum((2, 3))
        case[f"grad_sq_in/{name}"] = (value**2).sum((0, 1, 3))
        case[f"grad_sq_out/{name}"] = (value**2).sum((0, 1, 2))


if __name__ == "__main__":
    main(sys.argv[1])
