"""How far our gradient of R50x1 and PyTorch's in float32 are from float64: compare_gradients.py [ARCHITECTURE SIZE COUNT SEEDS]

Needs numpy, PyTorch, java and ./bit's jar. Weights and images are random, PyTorch's network is network.py in both of its
layouts, which are not equally far. Of one seed the distance is mostly that of the few ReLUs that rounding turns, which is
chance: exact sums in every layer, rounded, can be further than plain float32. So over SEEDS draws the median of ours, over
all parameters, must be no further than that of the nearer layout.
"""
import os
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

import network
from replica import ENGINE, Replica

CLASSES = 1000


def ours(replica, weights, images, targets):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tensors.npz")
        np.savez(path, **weights)
        replica.load(path)
        replica.step(images, targets, 0)
        replica.gradient(path)
        with np.load(path) as file:
            return dict(file)


def pytorch(units, weights, images, targets, dtype, layout):
    p = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in weights.items()}
    logits = network.forward(p, torch.tensor(images, dtype=dtype), units, layout=layout)
    loss = F.cross_entropy(logits, torch.tensor(targets, dtype=dtype))
    return {name: g.numpy() for name, g in zip(p, torch.autograd.grad(loss, list(p.values())))}


def distance(gradient, exact):
    apart = sum(np.sum((gradient[name].reshape(value.shape).astype(np.float64) - value) ** 2) for name, value in exact.items())
    return np.sqrt(apart / sum(np.sum(value**2) for value in exact.values()))


def distances(replica, architecture, size, count, seed):
    """Of ours and of PyTorch's layouts."""
    units, width = network.PUBLISHED[architecture]
    random = np.random.default_rng(seed + 1)
    weights = dict(network.random(units, width, CLASSES, seed))
    images = ((random.integers(0, 256, (count, size, size, 3)) - 127.5) / 127.5).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, count)]
    exact = pytorch(units, weights, images, targets, torch.float64, torch.contiguous_format)
    layouts = torch.contiguous_format, torch.channels_last
    return [distance(ours(replica, weights, images, targets), exact)] + [
        distance(pytorch(units, weights, images, targets, torch.float32, layout), exact) for layout in layouts]


def main(architecture="R50x1", size="128", count="4", seeds="5"):
    with Replica(architecture, CLASSES) as replica:
        found = []
        for seed in range(1, int(seeds) + 1):
            found.append(distances(replica, architecture, int(size), int(count), seed))
            print(f"  seed {seed}: {ENGINE} %.1e, PyTorch %.1e, channels last %.1e" % tuple(found[-1]), flush=True)
    medians = np.median(found, axis=0)
    print(f"{architecture} at {size}, {count} images, distance of the gradient to float64, medians of {seeds} seeds:"
          f" {ENGINE} %.1e, PyTorch %.1e, channels last %.1e" % tuple(medians))
    return 0 if medians[0] <= medians[1:].min() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
