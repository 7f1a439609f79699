"""Files of the jobs, read where Spark has them: local, hdfs://, s3a:// and what else fsspec knows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fsspec.core import url_to_fs

# What tells one version of a file from another, as the file systems call it.
VERSION = ("size", "mtime", "modificationTime", "LastModified", "last_modified", "ETag")


def read_json(path: str) -> dict[str, Any] | None:
    """The file's content; None where there is no file."""
    fs, name = url_to_fs(path)
    try:
        return json.loads(fs.cat_file(name))
    except FileNotFoundError:
        return None


def fingerprint(path: str) -> str:
    """Hex that changes with the names, lengths and times of a file or of all files in a folder."""
    fs, root = url_to_fs(path)
    files = fs.find(root, detail=True)
    if not files:
        raise FileNotFoundError(f"the source must hold files: {path}")
    digest = hashlib.sha256()
    for name, info in sorted(files.items()):
        version = [str(info[key]) for key in VERSION if key in info]
        digest.update(json.dumps([name, *version]).encode())
    return digest.hexdigest()
