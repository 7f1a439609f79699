"""Checks that images become the numbers that Pillow and big_transfer's PyTorch code make of them.

python compare_pillow.py DATA, with DATA/imagenet-samples.tar and DATA/cifar10-test.tar.gz; needs numpy, Pillow before 13
(which resizes columns first in many upright images: values differ by one), java, and this module's compiled classes
and test classes. Compares all photographs, every tenth CIFAR-10 image, and one photograph
stored in other ways: the decoded pixels, the evaluation image (Pillow's bilinear resize to the crop), and the training
image, which must be cut out of Pillow's bilinear resize to the pre-crop, mirrored or not. All must be equal to the bit.

Left out are JPEG files whose chroma has half the rows but all the columns (4:4:0): there Pillow's libjpeg-turbo
interpolates, while the libjpeg inside most JDKs repeats rows. Debian's JDK uses the system's libjpeg-turbo.
"""
import io
import os
import struct
import subprocess
import sys
import tarfile

import numpy as np
from PIL import Image

MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
CLASSES = os.pathsep.join(os.path.join(MODULE, "target", part) for part in ("classes", "test-classes"))
SMALL, LARGE = (160, 128), (512, 480)  # the HyperRule's pre-crop and crop


class Ours:
    """Asks StreamedPixels.java."""

    def __init__(self):
        command = ["java", "-cp", CLASSES, "org.bigtransfer.preprocess.StreamedPixels"]
        self.java = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def pixels(self, file, precrop, crop, seed):
        self.java.stdin.write(struct.pack(">4i", precrop, crop, seed, len(file)) + file)
        self.java.stdin.flush()
        width, height = struct.unpack(">2i", self.read(8))
        if width == 0:
            raise ValueError(self.read(*struct.unpack(">H", self.read(2))).decode())
        decoded = np.frombuffer(self.read(3 * width * height), np.uint8).reshape(height, width, 3)
        shape = (2, crop, crop, 3)
        return decoded, *np.frombuffer(self.read(4 * int(np.prod(shape))), ">f4").reshape(shape)

    def read(self, count):
        data = self.java.stdout.read(count)
        if len(data) < count:
            raise EOFError("StreamedPixels ended early")
        return data

    def end(self):
        self.java.stdin.close()
        if self.java.wait() != 0:
            raise ChildProcessError("StreamedPixels failed")


def differences(ours, file, resolution, seed):
    """What is not equal, in words."""
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
    if not np.array_equal(evaluation, scaled(image.resize((crop, crop), Image.BILINEAR))):
        found.append(f"evaluation at {crop} differs")
    if not is_cut(training, scaled(image.resize((precrop, precrop), Image.BILINEAR))):
        found.append(f"training at {precrop} and {crop} differs")
    return found


def scaled(image):
    return (np.asarray(image, np.float32) - np.float32(127.5)) / np.float32(127.5)


def is_cut(part, whole):
    """Whether a part, mirrored or not, lies somewhere in the whole; looked for by its first row."""
    size = part.shape[0]
    rows = np.lib.stride_tricks.sliding_window_view(whole[: len(whole) - size + 1], size, axis=1)
    for candidate in (part, part[:, ::-1]):
        places = np.argwhere((rows == candidate[0].T).all((2, 3)))
        if any(np.array_equal(whole[y : y + size, x : x + size], candidate) for y, x in places):
            return True
    return False


def stored(path, every):
    with tarfile.open(path) as tar:
        files = (member for member in tar if member.isfile())
        for number, member in enumerate(files):
            if number % every == 0:
                yield member.name, tar.extractfile(member).read()


def other_ways(file):
    """A photograph's corner in all kinds of files."""
    corner = Image.open(io.BytesIO(file)).convert("RGB").crop((3, 5, 204, 156))
    sampled = [dict(subsampling=s, progressive=p) for s in (0, 1, 2) for p in (False, True)]
    for how in sampled:
        for quality in (10, 50, 90, 100):
            yield encoded(corner, "JPEG", quality=quality, **how)
        for size in ((1, 1), (3, 1), (1, 7), (9, 17), (16, 16)):
            yield encoded(corner.crop((0, 0) + size), "JPEG", **how)
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
    cases = [(photograph, resolution) for photograph in photographs for resolution in (SMALL, LARGE)]
    cases += [(image, SMALL) for image in stored(os.path.join(data, "cifar10-test.tar.gz"), 10)]
    cases += [(image, SMALL) for image in other_ways(photographs[0][1])]
    ours = Ours()
    wrong = []
    for seed, ((name, file), resolution) in enumerate(cases):
        wrong += [f"{name}: {difference}" for difference in differences(ours, file, resolution, seed)]
    ours.end()
    print(f"{len(cases)} comparisons with Pillow {Image.__version__}, {len(wrong)} differences", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
