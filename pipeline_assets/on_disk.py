"""What is needed of a file to be sure of it: that it is on disk, and the digest of its bytes."""

import hashlib
import os
from pathlib import Path

_READ_AT_ONCE = 2**20


def sync_to_disk(path: Path) -> None:
    """Return once a file's content, or a folder's list of names, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_READ_AT_ONCE):
            digest.update(piece)
    return digest.hexdigest()
