"""Prepares photographs with PyTorch's DataLoader, Pillow and torchvision, for comparison:
input_twin.py IMAGES BATCH WORKERS

IMAGES is a folder of class folders or a tar of one. Prints "ready ...", or "missing ..." without PyTorch, torchvision or
Pillow; then, for each line on stdin, the seconds it took. "PRECROP CROP COUNT" makes normalized float32 batches
of COUNT images, read, decoded, resized, cropped and flipped by WORKERS processes; "decode COUNT" decodes COUNT of the
JPEGs, in memory, in one thread, by torchvision's libjpeg-turbo alone.
"""
import io
import os
import sys
import tarfile
import time

try:
    import PIL
    import torch
    import torchvision
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset
    from torchvision import io as images
    from torchvision import transforms
except ImportError as e:
    print("missing what the peer is made of:", e, flush=True)
    sys.exit(0)


def listed(path):
    """(file, offset, length) of every image."""
    if os.path.isfile(path):
        with tarfile.open(path) as tar:
            return [(path, member.offset_data, member.size) for member in tar if member.isfile()]
    files = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    return [(file, 0, os.path.getsize(file)) for file in sorted(files)]


def read(entry):
    file, offset, length = entry
    with open(file, "rb") as opened:
        opened.seek(offset)
        return opened.read(length)


class Photographs(Dataset):
    def __init__(self, entries, count, precrop, crop):
        self.entries, self.count = entries, count
        self.transform = transforms.Compose([
            transforms.Resize((precrop, precrop)),
            transforms.RandomCrop(crop),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.5,) * 3, (0.5,) * 3),
        ])

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        file = read(self.entries[index % len(self.entries)])
        return self.transform(Image.open(io.BytesIO(file)).convert("RGB")), index % 1000


class Peer:
    def __init__(self, path, batch, workers):
        self.entries, self.batch, self.workers = listed(path), batch, workers
        self.loaders, self.jpegs = {}, []

    def batches(self, precrop, crop, count):
        shape = precrop, crop, count
        if shape not in self.loaders:
            self.loaders.clear()
            self.loaders[shape] = DataLoader(Photographs(self.entries, count, precrop, crop), self.batch, shuffle=True,
                                             num_workers=self.workers, persistent_workers=True)
        start = time.perf_counter()
        assert sum(len(batch) for batch, _ in self.loaders[shape]) == count
        return time.perf_counter() - start

    def decode(self, count):
        if not self.jpegs:
            files = [read(entry) for entry in self.entries]
            self.jpegs = [torch.frombuffer(bytearray(f), dtype=torch.uint8) for f in files if f[:3] == b"\xff\xd8\xff"]
        start = time.perf_counter()
        for i in range(count):
            images.decode_jpeg(self.jpegs[i % len(self.jpegs)], images.ImageReadMode.RGB)
        return time.perf_counter() - start


def main(path, batch, workers):
    torch.set_num_threads(1)
    peer = Peer(path, int(batch), int(workers))
    versions = f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
    print(f"ready {versions}, {workers} workers", flush=True)
    for line in sys.stdin:
        *what, count = line.split()
        print(peer.decode(int(count)) if what == ["decode"] else peer.batches(*map(int, what), int(count)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
