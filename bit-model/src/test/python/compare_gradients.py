"""How far our gradient of R50x1 and PyTorch's in float32 are from float64: compare_gradients.py [ARCHITECTURE SIZE COUNT]

Needs numpy, PyTorch, java and ./bit's jar. Weights and images are random, PyTorch's network is network.py in both of its
layouts, which are not equally far. Ours must be no further than the nearer of them, over all parameters.
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


def ours(architecture, weights, images, targets):
    with tempfile.TemporaryDirectory() as folder, Replica(architecture, CLASSES) as replica:
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


def main(architecture="R50x1", size="128", count="4"):
    units, width = network.PUBLISHED[architecture]
    random = np.random.default_rng(2)
    weights = dict(network.random(units, width, CLASSES, seed=1))
    images = ((random.integers(0, 256, (int(count), int(size), int(size), 3)) - 127.5) / 127.5).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, int(count))]
    exact = pytorch(units, weights, images, targets, torch.float64, torch.contiguous_format)
    found = distance(ours(architecture, weights, images, targets), exact)
    theirs = [distance(pytorch(units, weights, images, targets, torch.float32, layout), exact)
              for layout in (torch.contiguous_format, torch.channels_last)]
    print(f"{architecture} at {size}, {count} images, distance of the gradient to float64: {ENGINE} {found:.1e},"
          f" PyTorch {theirs[0]:.1e}, channels last {theirs[1]:.1e}")
    return 0 if found <= min(theirs) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
