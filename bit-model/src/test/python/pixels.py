"""Our preprocessing, asked from Python, and the images to ask it about. Needs java, ./bit's jar and this module's test
classes.
"""
import os
import struct
import subprocess
import tarfile

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")
CLASSES = os.pathsep.join(os.path.join(ROOT, part) for part in ("jobs/target/bit.jar", "bit-model/target/test-classes"))


class Ours:
    """Asks StreamedPixels.java."""

    def __init__(self, profile):
        command = ["java", "-cp", CLASSES, "org.bigtransfer.preprocess.StreamedPixels", profile]
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


class Distances:
    """How far evaluation images of one size are from another implementation's, in levels of 255."""

    def __init__(self):
        self.of = {}  # size: {name: mean absolute difference}

    def add(self, name, ours, theirs):
        difference = np.abs(ours.astype(np.float64) - theirs).mean() * 127.5
        self.of.setdefault(len(ours), {})[name] = difference

    def report(self, where):
        for size, images in sorted(self.of.items()):
            worst = max(images, key=images.get)
            furthest = f"worst image {worst} {images[worst]:.6f}" if images[worst] else "no image differs"
            mean = np.mean(list(images.values()))
            print(f"{len(images)} photographs at {size} pixels against {where}: mean absolute difference {mean:.6f} of 255, {furthest}")
