"""Sets of published files in a folder: whole or not there, named by the digest of their bytes.

`published/<digest>/` is a set, `published/latest` leads to the newest. A hidden `.set.json` in each
says that it was made here, which files it has and which state of the catalogue it shows; it is not
part of the digest. A set is written under a hidden name, and gets its own once it is on disk. One
process at a time changes the folder, so hidden folders that it finds were left by a dead one.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline_assets.folder_lock import alone_in
from pipeline_assets.on_disk import sha256_of, sync_to_disk
from pipeline_assets.publishing.latest import LatestPointer, LinkInFolder

KEPT_SETS = 3
RECORD = ".set.json"
_MADE_BY = "pipeline-assets"
_NAME = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".unfinished"
_DROPPED = ".dropped-"
_LEFT = re.compile(rf"{re.escape(_UNFINISHED)}|{re.escape(_DROPPED)}[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """A complete set.

    `number` counts sets, the newest has the highest. `source` is the state of the catalogue that it
    shows, `files` are path → {`bytes`, `sha256`}, `rows` are data set → rows.
    """

    name: str
    number: int
    source: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, int]

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(int(file["bytes"]) for file in self.files.values())


class SetFolder:
    """The folder with the sets. What changes it is called within `alone`."""

    def __init__(self, folder: Path, pointer: LatestPointer | None = None) -> None:
        self.folder = folder
        self._pointer = pointer or LinkInFolder(folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers out, and remove what a killed one has left."""
        with alone_in(self.folder):
            self._tidy()
            yield

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """A new hidden folder to write a set into; it is gone after the block unless kept."""
        place = self.folder / _UNFINISHED
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def latest(self) -> PublishedSet | None:
        """The latest set; None if there is none, or if files of it are missing."""
        name = self._pointer.read()
        return None if name is None else self._find(name)

    def path(self, found: PublishedSet) -> Path:
        """Where the set is."""
        return self.folder / found.name

    def keep(
        self, unfinished: Path, source: Mapping[str, Any], rows: Mapping[str, int]
    ) -> PublishedSet:
        """Make the unfinished set the latest, and remove sets older than the last three.

        A set with the same bytes stays as it is; only its record is written again.
        """
        files = files_of(unfinished)
        name = _digest(files)
        numbers = [one.number for one in self._sets()]
        made = PublishedSet(name, max(numbers, default=0) + 1, source, files, rows)
        place = self.folder / name
        if self._find(name) is None or files_of(place) != files:
            self._write_record(made, unfinished)
            for folder in [*(path for path in unfinished.rglob("*") if path.is_dir()), unfinished]:
                sync_to_disk(folder)
            if place.exists():  # someone has changed it
                place.rename(self._dropped(name))
            unfinished.rename(place)
        else:
            self._write_record(made, place)
        sync_to_disk(self.folder)
        self._pointer.swap(name)
        self._tidy()
        return made

    def _find(self, name: str) -> PublishedSet | None:
        """The set of this name, if it was made here and has all of its files."""
        place = self.folder / name
        if not _NAME.fullmatch(name) or place.is_symlink():
            return None
        try:
            record = json.loads((place / RECORD).read_bytes())
            if record.pop("made_by") != _MADE_BY:
                return None
            found = PublishedSet(**record)
            sizes = {path: (place / path).stat().st_size for path in found.files}
            is_whole = all(sizes[path] == file["bytes"] for path, file in found.files.items())
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return found if is_whole and found.name == name else None

    def _sets(self) -> list[PublishedSet]:
        """All complete sets, the newest first."""
        found = [self._find(path.name) for path in self.folder.iterdir()]
        return sorted((one for one in found if one), key=lambda one: one.number, reverse=True)

    def _write_record(self, made: PublishedSet, folder: Path) -> None:
        unfinished = folder / f"{RECORD}.tmp"
        text = json.dumps({"made_by": _MADE_BY, **asdict(made)}, ensure_ascii=False, indent=1)
        unfinished.write_text(text + "\n", encoding="utf-8")
        sync_to_disk(unfinished)
        unfinished.replace(folder / RECORD)

    def _dropped(self, name: str) -> Path:
        """What a set is called from when it is given up until it is gone."""
        return self.folder / f"{_DROPPED}{name}"

    def _tidy(self) -> None:
        """Remove sets older than the last three, and hidden folders that no writer has in hand."""
        latest = self._pointer.read()
        for old in self._sets()[KEPT_SETS:]:
            if old.name != latest:
                (self.folder / old.name).rename(self._dropped(old.name))
        for left in self.folder.iterdir():
            is_folder = left.is_dir() and not left.is_symlink()
            if is_folder and _LEFT.fullmatch(left.name):
                shutil.rmtree(left)


def files_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The files below a folder, by relative path in order: bytes and SHA-256. They are on disk."""
    found = {}
    listed = (path for path in folder.rglob("*") if path.is_file())
    for path in sorted(path for path in listed if not path.name.startswith(RECORD)):
        sync_to_disk(path)
        found[path.relative_to(folder).as_posix()] = {
            "bytes": path.stat().st_size,
            "sha256": sha256_of(path),
        }
    return found


def _digest(files: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of a set: what its files' names and bytes come to."""
    listed = "".join(f"{file['sha256']}  {path}\n" for path, file in sorted(files.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:32]
