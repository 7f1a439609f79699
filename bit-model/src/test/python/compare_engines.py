"""How far two checkpoints of one run are apart: compare_engines.py FOLDER FOLDER

Fails where the difference of all parameters is more than 1e-4 of their norm, or where the runs did not move at all.
"""
import glob
import sys

import numpy as np

ours, theirs = (np.load(glob.glob(folder + "/model*.npz")[0]) for folder in sys.argv[1:])
assert sorted(ours.files) == sorted(theirs.files), "checkpoints must have the same tensors"
difference = sum(float(((ours[name].astype("f8") - theirs[name]) ** 2).sum()) for name in ours.files)
norm = sum(float((theirs[name].astype("f8") ** 2).sum()) for name in theirs.files)
distance = (difference / norm) ** 0.5
print(f"compare engines tensors={len(ours.files)} distance={distance:.3g}")
assert np.abs(theirs["resnet/head/conv2d/bias"]).max() > 0, "the head must have been trained"
sys.exit(distance > 1e-4)
