"""Moves files out of an inbox, to the archive or to quarantine; never overwrites or deletes any.

Each move is a hard link to the new place, then an unlink of the old one; a crash between the two
leaves both names, and the next look finishes the move.
"""

import errno
import filecmp
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, TypeVar

from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.on_disk import sync_to_disk

AnyPath = TypeVar("AnyPath", bound=PurePath)

DIGEST_LENGTH = 12
MAX_NAME_BYTES = 255


def filed_name(digest: str, name: str, ending: str = "") -> str:
    """The name under which a file is kept: a digest prefix, then its own name, cut to fit."""
    prefix = f"{digest[:DIGEST_LENGTH]}-"
    # Room for the number of a second copy and for the sidecar's ending.
    room = MAX_NAME_BYTES - len(prefix) - len(".rejects.jsonl") - len("-999.tmp")
    kept = name.encode()[-room:].decode("utf-8", "ignore")
    return f"{prefix}{kept}{ending}"


def move(source: Path, file: InboxFile, target: Path) -> Path | None:
    """Move the inbox file to `target`, or to a name like it if another file has that one.

    Returns where it is now; None when `source` is no longer the file that was read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for place in places_like(target):
        if not is_same(source, file):
            return _found(target, file)
        try:
            _second_name(source, place)
        except FileNotFoundError:
            if is_same(source, file):
                raise
            return _found(target, file)
        except FileExistsError:
            if not (is_same(place, file) or _is_copy(source, place)):
                continue
        if is_same(source, file):
            source.unlink(missing_ok=True)
        sync_to_disk(place.parent)
        return place
    return None


def _found(target: Path, file: InboxFile) -> Path | None:
    """Where another run has just filed the file that is gone; None if it is not at `target`."""
    for place in places_like(target):
        if is_same(place, file):
            return place
        if not os.path.lexists(place):
            break
    return None


def free_place(target: Path, file: InboxFile) -> Path:
    """Where the file can go: `target`, or the first name like it that no other file has."""
    return next(
        place for place in places_like(target) if is_same(place, file) or not os.path.lexists(place)
    )


def is_same(path: Path, file: InboxFile) -> bool:
    """Whether `path` names the very file that was read, unchanged."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return InboxFile.from_stat(file.name, status).fingerprint == file.fingerprint


def write_texts_beside(path: PurePath, texts: Iterable[str]) -> None:
    """Write a text file under another name and move it into place, replacing an older one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("w", encoding="utf-8") as stream:
        stream.writelines(texts)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def write_beside(
    path: PurePath,
    lines: Iterable[Mapping[str, Any]],
    write_texts: Callable[[PurePath, Iterable[str]], None] = write_texts_beside,
) -> None:
    """Write JSON objects, one per line; the file is complete or not there at all."""
    encoded = (json.dumps(line, ensure_ascii=False) for line in lines)
    write_texts(path, (f"{line}\n" for line in encoded))


def unused_place(target: Path) -> Path:
    """`target`, or the first name like it that is free."""
    return next(place for place in places_like(target) if not os.path.lexists(place))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; both contents and name are on disk when this returns."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    sync_to_disk(path.parent)


def appear(unfinished: Path, target: Path) -> Path:
    """Move a finished file to `target`, or a free name like it, in one step; returns the path."""
    place = unused_place(target)
    unfinished.rename(place)
    sync_to_disk(place.parent)
    return place


def places_like(target: AnyPath) -> Iterator[AnyPath]:
    """`target`, then the names like it that are used when another file has that one, in order."""
    yield target
    stem, dot, ending = target.name.partition(".jsonl")
    for number in range(2, 1000):
        yield target.with_name(f"{stem}-{number}{dot}{ending}")


def _second_name(source: Path, place: Path) -> None:
    try:
        os.link(source, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        _copy(source, place)


def _copy(source: Path, place: Path) -> None:
    """For file systems without hard links, or an archive on a different one."""
    if place.exists():
        raise FileExistsError(place)
    unfinished = place.with_name(f".{place.name}.tmp")
    shutil.copy2(source, unfinished)
    with unfinished.open("rb") as stream:
        os.fsync(stream.fileno())
    unfinished.rename(place)


def _is_copy(source: Path, place: Path) -> bool:
    """Whether `place` is the copy of `source` that was made when `source` could not be removed."""
    here, there = source.lstat(), place.lstat()
    is_elsewhere = here.st_dev != there.st_dev and here.st_mtime_ns == there.st_mtime_ns
    return is_elsewhere and filecmp.cmp(source, place, shallow=False)
