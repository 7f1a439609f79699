"""Writes photographs to the same Parquet with pyarrow, for comparison: shard_twin.py IMAGES SEED ROW_GROUP_BYTES FILE_BYTES

IMAGES is a folder of class folders or a tar of one (or of a tar for each class). Prints "ready ...", or "missing ..."
without pyarrow or Pillow; then, for each folder on stdin, the seconds that it took to write the dataset there. Images are
held in memory, hashed, shuffled by the seed and cut into row groups and files as `bit shard` does it; their sizes come from
their headers. No image is decoded, so none is rejected, and nothing is published last.
"""
import hashlib
import io
import os
import struct
import sys
import tarfile
import time

try:
    import PIL
    import pyarrow
    import pyarrow.parquet as parquet
    from PIL import Image
except ImportError as e:
    print("missing what the peer is made of:", e, flush=True)
    sys.exit(0)

SCHEMA = pyarrow.schema([
    pyarrow.field("image_id", pyarrow.string(), False),
    pyarrow.field("label", pyarrow.int32(), False),
    pyarrow.field("class_name", pyarrow.string(), False),
    pyarrow.field("width", pyarrow.int32(), False),
    pyarrow.field("height", pyarrow.int32(), False),
    pyarrow.field("sha256", pyarrow.string(), False),
    pyarrow.field("image", pyarrow.binary(), False),
])


def members(tar, folder):
    for member in tar:
        if member.isfile():
            opened = tar.extractfile(member)
            if not folder and member.name.endswith(".tar"):
                with tarfile.open(fileobj=opened) as inner:
                    yield from members(inner, member.name[:-len(".tar")])
            else:
                yield os.path.join(folder, member.name), opened.read()


def files(path):
    """(path, bytes) of every file."""
    if os.path.isfile(path):
        with tarfile.open(path) as tar:
            yield from members(tar, "")
        return
    for folder, _, names in os.walk(path):
        for name in names:
            with open(os.path.join(folder, name), "rb") as opened:
                yield os.path.join(folder, name), opened.read()


def rows(path, seed):
    """(hash, image_id, class, width, height, sha256, bytes), shuffled."""
    found = []
    for name, image in files(path):
        class_name = os.path.basename(os.path.dirname(name))
        image_id = class_name + "/" + os.path.basename(name)
        digest = hashlib.sha256(struct.pack(">q", seed) + image_id.encode()).digest()
        width, height = Image.open(io.BytesIO(image)).size
        found.append((digest[:8], image_id, class_name, width, height, hashlib.sha256(image).hexdigest(), image))
    found.sort(key=lambda row: row[:2])
    return found


def write(path, out, seed, row_group_bytes, file_bytes):
    os.makedirs(out)
    shuffled = rows(path, seed)
    labels = {name: label for label, name in enumerate(sorted({row[2] for row in shuffled}))}
    parts = max(1, -(-sum(len(row[-1]) for row in shuffled) // file_bytes))
    at = 0
    for part in range(parts):
        end = (part + 1) * len(shuffled) // parts
        with parquet.ParquetWriter(os.path.join(out, "part-%05d.parquet" % part), SCHEMA, compression="none",
                                   use_dictionary=["label", "class_name", "width", "height"], write_statistics=False,
                                   write_page_checksum=True) as writer:
            while at < end:
                group, size = [], 0
                while at < end and size < row_group_bytes:
                    _, image_id, name, width, height, sha256, image = shuffled[at]
                    group.append((image_id, labels[name], name, width, height, sha256, image))
                    size += len(image)
                    at += 1
                writer.write_table(pyarrow.table(list(map(list, zip(*group))), schema=SCHEMA))
    return len(shuffled)


def main():
    path, seed, row_group_bytes, file_bytes = sys.argv[1], *map(int, sys.argv[2:])
    print("ready pyarrow", pyarrow.__version__, "Pillow", PIL.__version__, flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        write(path, line.rstrip("\n"), seed, row_group_bytes, file_bytes)
        print(time.perf_counter() - start, flush=True)


main()
