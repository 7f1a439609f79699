"""Checks that a newly made golden file says what the stored one does: python compare_golden.py NEW.npz

Differs in the last digits from one PyTorch or machine to the next, since sums are taken in another order.
"""
import os
import sys

import numpy as np

STORED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/golden/r2.npz")
TOLERANCE = 1e-6  # of a tensor's norm; float32 storage alone costs 3e-8


def main(new):
    with np.load(STORED) as stored, np.load(new) as made:
        names = sorted(set(stored.files) | set(made.files))
        wrong = []
        for name in names:
            if name not in stored.files or name not in made.files:
                wrong.append(f"{name} is in one of the files only")
            elif stored[name].shape != made[name].shape:
                wrong.append(f"{name} must be of shape {stored[name].shape}: {made[name].shape}")
            else:
                ours, theirs = made[name].astype(np.float64), stored[name].astype(np.float64)
                difference = np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-30)
                if not difference <= TOLERANCE:
                    wrong.append(f"{name} differs by {difference:.2e} of its norm")
    print(f"{len(names)} arrays compared, {len(wrong)} differ", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
