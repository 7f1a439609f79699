"""Fine-tunes for 100 steps in float32 and in bfloat16, and compares the curves of the losses and the last parameters.

python compare_precisions.py DATA [ARCHITECTURE SIZE BATCH UPSTREAM_STEPS], with DATA/cifar10-train.tar.gz; needs what
compare_curve.py needs, whose start, batches and rates these are, and a jar with the engine torch. Float32 runs twice, on one
and on two threads: so far apart are two runs that nothing but the order of sums tells apart. Asked is that the losses of
bfloat16, averaged over ten steps each, are within 0.005 of float32's.
"""
import os
import sys
import tempfile

import numpy as np

from compare_curve import batches, rate, upstream
from replica import Replica

STEPS, MEAN_OF, ALLOWED = 100, 10, 0.005


def curve(architecture, start, steps, path, precision, threads):
    with Replica(architecture, 5, threads=threads, precision=precision) as replica:
        replica.load(start)
        losses = [replica.step(*step, rate(t)) for t, step in enumerate(steps)]
        replica.save(path)
    with np.load(path) as file:
        return np.array(losses), np.concatenate([file[name].ravel().astype(np.float64) for name in sorted(file.files)])


def main(data, architecture="R[1,1,1,1]x1", size="64", batch="16", upstream_steps="100"):
    size, batch = int(size), int(batch)
    with tempfile.TemporaryDirectory() as folder:
        start, path = os.path.join(folder, "start.npz"), os.path.join(folder, "end.npz")
        upstream(architecture, data, size, int(upstream_steps), start)
        steps = list(batches(data, range(5, 10), size, batch, STEPS, seed=3))
        with np.load(start) as file:
            began = np.concatenate([file[name].ravel().astype(np.float64) for name in sorted(file.files)])
        exact, ended = curve(architecture, start, steps, path, "FLOAT32", 1)
        went = np.linalg.norm(ended - began)
        means = lambda losses: losses.reshape(-1, MEAN_OF).mean(axis=1)
        print(f"{architecture}, {size} pixels, {STEPS} steps of {batch}; means of {MEAN_OF} losses, and the last parameters'"
              " distance to float32's of the way they went")
        print("  float32            " + " ".join("%.3f" % loss for loss in means(exact)), flush=True)
        for name, precision, threads in (("float32, 2 threads", "FLOAT32", 2), ("bf16", "BF16", 1)):
            losses, parameters = curve(architecture, start, steps, path, precision, threads)
            furthest = np.abs(means(losses) - means(exact)).max()
            print(f"  {name:18} " + " ".join("%.3f" % loss for loss in means(losses))
                  + "  furthest %.1e, parameters %.1e" % (furthest, np.linalg.norm(parameters - ended) / went), flush=True)
    return 0 if furthest <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
