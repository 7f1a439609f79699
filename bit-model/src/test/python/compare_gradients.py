"""How far our gradients and logits and PyTorch's in float32 are from float64: compare_gradients.py [ARCHITECTURE SIZE COUNT DRAWS]

Needs numpy, PyTorch, java and ./bit's jar. Weights and images are random, PyTorch's network is network.py in both of its
layouts, all on one thread. A gradient's distance is mostly that of the few ReLUs that rounding turns: from draw to draw it
varies by a factor of 4, and exact sums in every layer, rounded, can be further than plain float32. So what counts is the
geometric mean over DRAWS of the ratio of ours to PyTorch's on the same draw, its layout that with the nearer geometric mean.
It must be at most 1 for the gradients, over all parameters, whose mean is printed with two standard errors; and for the
logits, whose rounding is what turns ReLUs and whose ratio hardly varies.
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
LAYOUTS = torch.contiguous_format, torch.channels_last


def ours(replica, weights, images, targets):
    """Gradient and logits."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tensors.npz")
        np.savez(path, **weights)
        replica.load(path)
        logits = replica.predict(images)
        replica.step(images, targets, 0)
        replica.gradient(path)
        with np.load(path) as file:
            return dict(file), {"logits": logits}


def pytorch(units, weights, images, targets, dtype, layout):
    p = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in weights.items()}
    logits = network.forward(p, torch.tensor(images, dtype=dtype), units, layout=layout)
    loss = F.cross_entropy(logits, torch.tensor(targets, dtype=dtype))
    gradient = {name: g.numpy() for name, g in zip(p, torch.autograd.grad(loss, list(p.values())))}
    return gradient, {"logits": logits.detach().numpy()}


def distance(found, exact):
    apart = sum(np.sum((found[name].reshape(value.shape).astype(np.float64) - value) ** 2) for name, value in exact.items())
    return np.sqrt(apart / sum(np.sum(value**2) for value in exact.values()))


def distances(replica, architecture, size, count, seed):
    """Of ours and of PyTorch's layouts, each the gradient's and the logits': [3, 2]."""
    units, width = network.PUBLISHED[architecture]
    random = np.random.default_rng(seed + 1)
    weights = dict(network.random(units, width, CLASSES, seed))
    images = ((random.integers(0, 256, (count, size, size, 3)) - 127.5) / 127.5).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[random.integers(0, CLASSES, count)]
    exact = pytorch(units, weights, images, targets, torch.float64, torch.contiguous_format)
    found = [ours(replica, weights, images, targets)] + [
        pytorch(units, weights, images, targets, torch.float32, layout) for layout in LAYOUTS]
    return [[distance(*pair) for pair in zip(one, exact)] for one in found]


def main(architecture="R50x1", size="128", count="4", draws="24"):
    torch.set_num_threads(1)
    with Replica(architecture, CLASSES, threads=1) as replica:
        found = []
        for seed in range(1, int(draws) + 1):
            found.append(distances(replica, architecture, int(size), int(count), seed))
            print(f"  draw {seed}: gradient, logits: {ENGINE} %.1e %.1e, PyTorch %.1e %.1e, channels last %.1e %.1e"
                  % tuple(np.ravel(found[-1])), flush=True)
    print(f"{architecture} at {size}, {count} images, distance to float64, geometric means of {draws} draws")
    passed = True
    for what, logs in zip(("gradient", "logits"), np.log(found).T):
        ratios = logs[0] - logs[1 + logs[1:].mean(axis=1).argmin()]
        mean, error = ratios.mean(), ratios.std(ddof=1) / np.sqrt(len(ratios))
        passed &= mean <= 0
        print(f"  {what:8} {ENGINE} %.2e, PyTorch %.2e, channels last %.2e;" % tuple(np.exp(logs.mean(axis=1)))
              + " ours to the nearer: %.3f ← %.3f → %.3f" % tuple(np.exp(mean + k * error) for k in (-2, 0, 2)))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
