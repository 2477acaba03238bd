"""A look into the archive. Only names are read: it grows with every file."""

import os
from pathlib import Path


def archived_names(archive: Path) -> set[str]:
    """The names of the files in the archive."""
    with os.scandir(archive) as entries:
        return {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
