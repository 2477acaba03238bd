"""What is needed of a file to be sure of it: that it is on disk, and the digest of its bytes."""

import hashlib
import os
from pathlib import Path


def sync_to_disk(path: Path) -> None:
    """Return once a file's content, or a folder's list of names, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
