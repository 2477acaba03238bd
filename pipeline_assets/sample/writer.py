"""Writes the sample's files to disk, each whole or not at all. The only module here with I/O."""

import errno
import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline_assets.errors import UsageError
from pipeline_assets.sample.generator import SampleFile, sample_files


def write_sample(data_dir: Path, last_day: date) -> list[Path]:
    """Write the sample below `data_dir`; missing folders are created.

    Returns the files written, the earliest day first. Files that already exist with the same bytes
    are left alone and not returned. Each is written elsewhere first and appears all at once. Raises
    `UsageError`, before any file appears, when a different file has the name of one of them.
    """
    missing = [file for file in sample_files(last_day) if not _is_there(data_dir, file)]
    data_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".sample-", dir=data_dir) as aside:
        sources = [_write(Path(aside) / file.name, file.content) for file in missing]
        return [
            data_dir / file.inbox / file.name
            for file, source in zip(missing, sources, strict=True)
            if _appears(data_dir, file, source)
        ]


def _is_there(data_dir: Path, file: SampleFile) -> bool:
    path = data_dir / file.inbox / file.name
    if not os.path.lexists(path):
        return False
    if path.is_symlink() or not path.is_file() or path.read_bytes() != file.content:
        raise UsageError(
            f"{path} exists and is not the sample's file of that name; it was left as it is. "
            "Move it away, or write the sample into another data folder (PIPELINE_DATA_DIR)."
        )
    return True


def _write(path: Path, content: bytes) -> Path:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return path


def _appears(data_dir: Path, file: SampleFile, source: Path) -> bool:
    """Give the file its name in the inbox; False if the same file appeared there meanwhile."""
    path = data_dir / file.inbox / file.name
    path.parent.mkdir(exist_ok=True)
    try:
        # A hard link, because a rename overwrites.
        os.link(source, path)
    except FileExistsError:
        _is_there(data_dir, file)
        return False
    except OSError as error:
        # Some file systems have no hard links.
        if error.errno not in (errno.EPERM, errno.ENOTSUP) or _is_there(data_dir, file):
            raise
        source.rename(path)
    return True
