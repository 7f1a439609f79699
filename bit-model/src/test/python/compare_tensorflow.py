"""Checks that profile tf2 resizes as TensorFlow does: python compare_tensorflow.py DATA, with DATA/imagenet-samples.tar

Needs numpy, TensorFlow 2, Pillow, java, ./bit's jar and this module's test classes. Files are decoded by Pillow
for TensorFlow: compare_pillow.py shows that we decode the same. The evaluation image must be tf.image.resize's, and the
training image cut out of it, mirrored or not; how far the photographs are is reported.
"""
import io
import os
import sys

import numpy as np
import tensorflow
from PIL import Image

from pixels import Distances, Ours, is_cut, scaled, stored

RESOLUTIONS = (512, 480), (256, 224)  # pre-crop and crop


def resized(image, size):
    return scaled(tensorflow.image.resize(image, (size, size), method="bilinear").numpy())


def main(data):
    ours, wrong, distances = Ours("tf2"), [], Distances()
    for seed, (name, file) in enumerate(stored(os.path.join(data, "imagenet-samples.tar"), 1)):
        image = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        for precrop, crop in RESOLUTIONS:
            _, evaluation, training = ours.pixels(file, precrop, crop, seed)
            expected = resized(image, crop)
            distances.add(name, evaluation, expected)
            if not np.array_equal(evaluation, expected):
                wrong.append(f"{name}: evaluation at {crop} differs by up to {np.abs(evaluation - expected).max():.1e}")
            if not is_cut(training, resized(image, precrop)):
                wrong.append(f"{name}: training at {precrop} and {crop} differs")
    ours.end()
    distances.report(f"TensorFlow {tensorflow.__version__}")
    print(f"{len(wrong)} differences", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
