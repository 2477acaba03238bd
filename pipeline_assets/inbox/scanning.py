"""A look into an inbox: which files are there, which have settled. Files are not opened."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.errors import NotAnInboxFileError

SUFFIXES = (".jsonl", ".jsonl.gz")


_PLAIN_ETAG = re.compile(r"[\w.+/=-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file of an inbox as it was at one look; times in nanoseconds.

    `etag` is that of an object in a store, as the store gives it; None for a file in a folder.
    """

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    etag: str | None = None

    @property
    def fingerprint(self) -> str:
        """Tells versions of a file apart without reading it."""
        if self.etag is not None:
            return f"{self.size}-{_short_etag(self.etag)}"
        return f"{self.size}-{self.mtime_ns}-{self.inode}"

    def is_copy_of(self, fingerprint: str) -> bool:
        """Whether this may be the version with that fingerprint, moved: to another disk even.

        A store may give the copy of an object another etag, so only its size is compared.
        """
        if self.etag is not None:
            return str(self.size) == fingerprint.partition("-")[0]
        return self.fingerprint.rpartition("-")[0] == fingerprint.rpartition("-")[0]

    @classmethod
    def from_stat(cls, name: str, status: os.stat_result) -> "InboxFile":
        """The file `name` with this status."""
        return cls(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _short_etag(etag: str) -> str:
    """An etag without its quotes; a digest of it where it is long or has unusual characters."""
    plain = etag.removeprefix("W/").strip('"')
    if _PLAIN_ETAG.fullmatch(plain):
        return plain
    return hashlib.blake2b(etag.encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """What an inbox holds: files by name, and what else is there (name → what it is)."""

    files: tuple[InboxFile, ...]
    others: Mapping[str, str]


def look(inbox: Path) -> Look:
    """List an inbox, sorted by name. A file that vanishes meanwhile is not listed."""
    files: list[InboxFile] = []
    others: dict[str, str] = {}
    with os.scandir(inbox) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            oddity = _oddity(entry.name, status.st_mode)
            if oddity is None:
                files.append(InboxFile.from_stat(entry.name, status))
            else:
                others[entry.name.encode("utf-8", "replace").decode()] = oddity
    return Look(tuple(files), others)


def file_to_process(path: Path) -> InboxFile:
    """The inbox file at `path`; raises `NotAnInboxFileError` if no such thing is processed."""
    _check(path, stat.S_IFREG)
    status = path.lstat()
    _check(path, status.st_mode)
    return InboxFile.from_stat(path.name, status)


def _check(path: Path, mode: int) -> None:
    oddity = _oddity(path.name, mode)
    if oddity is not None:
        raise NotAnInboxFileError(path, oddity)


def _oddity(name: str, mode: int) -> str | None:
    """What an entry is when it is not a file to process."""
    if stat.S_ISDIR(mode):
        return "a folder; only files directly in the inbox are processed"
    if stat.S_ISLNK(mode):
        return "a symbolic link; put the file itself here"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return oddity_of_name(name)


def oddity_of_name(name: str) -> str | None:
    """Why no file of this name is processed; None if one is."""
    if not name.endswith(SUFFIXES):
        return f"its name does not end in {SUFFIXES[0]} or {SUFFIXES[1]}"
    if name.startswith("."):
        return "its name starts with a dot, so it counts as unfinished"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8 text; rename it"
    return None


class SettledFiles:
    """Which files have settled.

    A file has settled if it is unchanged between two looks `settle_s` apart, or for that long
    according to the file system's ctime (a copy can keep an old mtime, but not an old ctime).
    An object appears all at once, so each that is listed has settled.
    """

    def __init__(self, settle_s: float, seen: Mapping[str, float] | None = None) -> None:
        self._settle_s = settle_s
        self._seen = dict(seen or {})

    @property
    def seen(self) -> dict[str, float]:
        """The first looks that later ones need, as a version's digest → seconds since 1970."""
        return dict(self._seen)

    def split(self, found: Look, now_s: float) -> tuple[list[InboxFile], list[InboxFile]]:
        """The files of a look at `now_s` (seconds since 1970) as (settled, unsettled)."""
        settled: list[InboxFile] = []
        unsettled: list[InboxFile] = []
        still_seen: dict[str, float] = {}
        for file in found.files:
            if file.etag is not None:
                settled.append(file)
                continue
            key = _version_digest(file)
            is_sane = self._clock_is_sane(file, now_s)
            since = min(file.ctime_ns / 1e9 if is_sane else now_s, self._seen.get(key, now_s))
            has_settled = now_s - since >= self._settle_s
            (settled if has_settled else unsettled).append(file)
            if not (has_settled and is_sane):  # without a sane clock, only another look can show it
                still_seen[key] = since
        self._seen = still_seen
        return settled, unsettled

    @staticmethod
    def _clock_is_sane(file: InboxFile, now_s: float) -> bool:
        """A network file system's clock may run ahead; then only the two looks count."""
        return file.ctime_ns / 1e9 <= now_s


def _version_digest(file: InboxFile) -> str:
    """Short, whatever the length of the name: sensors keep looks in a cursor of limited size."""
    version = f"{file.name} {file.fingerprint} {file.ctime_ns}"
    return hashlib.blake2b(version.encode(), digest_size=8).hexdigest()
