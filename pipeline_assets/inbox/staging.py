"""Copies files from elsewhere into an inbox, where each appears all at once; theirs stay there."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline_assets.inbox import filing
from pipeline_assets.inbox.reading import opened_file
from pipeline_assets.inbox.scanning import SUFFIXES

_PREFIX = ".import-"


def snapshot_files(folder: Path) -> Iterator[Path]:
    """The files in a folder and those below it that can be snapshots; no link is followed."""
    for place, folders, names in os.walk(folder, onerror=_raise, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            is_named_so = name.endswith(SUFFIXES) and not name.startswith(".")
            if is_named_so and path.is_file() and not path.is_symlink():
                yield path


def _raise(error: OSError) -> None:
    raise error


def copy_into(path: Path, inbox: Path) -> Path:
    """Copy a file into the inbox, under its own name or a free one like it; returns the path.

    Raises `VanishedFileError` if it is gone, and `OSError` if it cannot be read or written.
    """
    unfinished = inbox / f"{_PREFIX}{os.getpid()}"
    with (
        opened_file(path) as (source, _),
        unfinished.open("wb") as copy,
    ):
        shutil.copyfileobj(source, copy, 2**20)
        copy.flush()
        os.fsync(copy.fileno())
    return filing.appear(unfinished, inbox / path.name)


def remove_unfinished(inbox: Path) -> None:
    """Remove what processes left that were killed while they copied."""
    for path in inbox.glob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)
