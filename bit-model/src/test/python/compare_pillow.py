"""Checks that images become the numbers that Pillow and big_transfer's PyTorch code make of them.

python compare_pillow.py DATA, with DATA/imagenet-samples.tar and DATA/cifar10-test.tar.gz; needs numpy, Pillow before 13
(which resizes columns first in many upright images: values differ by one), java, ./bit's jar and this module's test
classes. Compares all photographs, every tenth CIFAR-10 image, and one photograph
stored in other ways: the decoded pixels, the evaluation image (Pillow's bilinear resize to the crop), and the training
image, which must be cut out of Pillow's bilinear resize to the pre-crop, mirrored or not. All must be equal to the bit;
how far the photographs are is reported.
"""
import io
import os
import struct
import sys

import numpy as np
from PIL import Image

from pixels import Distances, Ours, is_cut, scaled, stored

SMALL, LARGE = (160, 128), (512, 480)  # the HyperRule's pre-crop and crop
WHOLE, USUAL = (512, 512), (256, 224)  # the pre-crop itself as an evaluation image, and what others evaluate at


def differences(ours, name, file, resolution, seed, distances):
    """What is not equal, in words; notes how far the evaluation image is."""
    precrop, crop = resolution
    try:
        decoded, evaluation, training = ours.pixels(file, precrop, crop, seed)
    except ValueError as rejected:
        return [str(rejected)]
    image = Image.open(io.BytesIO(file)).convert("RGB")
    pillow = np.asarray(image)
    if decoded.shape != pillow.shape:
        return [f"decodes to {decoded.shape}, by Pillow to {pillow.shape}"]
    found = []
    unequal = np.abs(decoded.astype(int) - pillow)
    if unequal.any():
        found.append(f"decodes {np.count_nonzero(unequal)} of {unequal.size} values by up to {unequal.max()} differently")
    expected = scaled(image.resize((crop, crop), Image.BILINEAR))
    distances.add(name, evaluation, expected)
    if not np.array_equal(evaluation, expected):
        found.append(f"evaluation at {crop} differs")
    if not is_cut(training, scaled(image.resize((precrop, precrop), Image.BILINEAR))):
        found.append(f"training at {precrop} and {crop} differs")
    return found


def other_ways(file):
    """A photograph's corner in all kinds of files."""
    corner = Image.open(io.BytesIO(file)).convert("RGB").crop((3, 5, 204, 156))
    sampled = [dict(subsampling=s, progressive=p) for s in (0, 1, 2) for p in (False, True)]
    for how in sampled:
        for quality in (10, 50, 90, 100):
            yield encoded(corner, "JPEG", quality=quality, **how)
        for size in ((1, 1), (3, 1), (1, 7), (9, 17), (16, 16)):
            yield encoded(corner.crop((0, 0) + size), "JPEG", **how)
    name, wide = encoded(corner.crop((0, 0, 64, 64)), "JPEG", subsampling=1)
    yield name + " with chroma of half the rows", wide.replace(b"\x03\x01\x21", b"\x03\x01\x12", 1)
    yield encoded(corner, "JPEG", keep_rgb=True)
    yield encoded(corner, "JPEG", restart_marker_blocks=3)
    png, gif, bmp = ("1", "L", "LA", "P", "RGB", "RGBA"), ("1", "L", "P"), ("1", "L", "P", "RGB")
    for kind, modes in (("JPEG", ("L", "CMYK")), ("PNG", png), ("GIF", gif), ("BMP", bmp)):
        for mode in modes:
            yield encoded(corner.convert(mode), kind)
    yield encoded(Image.fromarray(np.asarray(corner.convert("L"), np.uint16) * 3), "PNG")
    name, cmyk = encoded(corner.convert("CMYK"), "JPEG")
    transform = cmyk.index(b"Adobe") + 11
    yield name + " as YCCK", cmyk[:transform] + b"\2" + cmyk[transform + 1 :]
    gif = encoded(corner.convert("P"), "GIF")[1]
    frame = gif.index(struct.pack("<B4H", 0x2C, 0, 0, *corner.size))
    control = b"\x21\xf9\x04\x01\x00\x00\x07\x00"  # colour 7 is transparent
    for before in (b"", control):
        yield "GIF with a frame beside its screen", gif[:frame] + before + struct.pack("<B2H", 0x2C, 5, 3) + gif[frame + 5 :]


def encoded(image, kind, **how):
    file = io.BytesIO()
    image.save(file, kind, **how)
    return f"{kind} of {image.mode}, {image.width}x{image.height}, {how}", file.getvalue()


def main(data):
    if int(Image.__version__.split(".")[0]) >= 13:
        sys.exit(f"Pillow must be older than 13: {Image.__version__}")
    photographs = list(stored(os.path.join(data, "imagenet-samples.tar"), 1))
    others = list(stored(os.path.join(data, "cifar10-test.tar.gz"), 10)) + list(other_ways(photographs[0][1]))
    of_photographs, of_others = Distances(), Distances()
    cases = [(image, resolution, of_photographs) for image in photographs for resolution in (SMALL, LARGE, WHOLE, USUAL)]
    cases += [(image, SMALL, of_others) for image in others]
    ours = Ours("pytorch")
    wrong = []
    for seed, ((name, file), resolution, distances) in enumerate(cases):
        wrong += [f"{name}: {found}" for found in differences(ours, name, file, resolution, seed, distances)]
    ours.end()
    of_photographs.report(f"Pillow {Image.__version__}")
    print(f"{len(cases)} comparisons, {len(wrong)} differences", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
