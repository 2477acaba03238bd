"""The code of an earlier commit, to be measured beside the present code."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from benchmarks.children import ROOT

BEFORE = "24c292d"
"""The last commit before the work on speed."""


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A temporary folder with the files of a commit: in PYTHONPATH, its code is found first.

    Raises `CalledProcessError` for an unknown commit: a clone
    without history has none.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", commit],  # noqa: S607
            check=True,
            stdout=subprocess.PIPE,
        )
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)
