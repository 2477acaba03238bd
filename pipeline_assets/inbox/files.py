"""What has to be possible wherever inbox files lie: in folders, or in an object store.

A place is a path below `root`. Both implementations keep the same promises: a file is read as one
version, it is moved to a free name and never over another file, and it only leaves its old name if
it is still the version that was read. Nothing here knows what a snapshot is.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from pipeline_assets.inbox.scanning import InboxFile, Look


class Files(Protocol):
    """Where the inboxes, archive, quarantine and rejects are.

    `is_remote`: each look into a file is a request to a server. Methods raise
    `FilesUnavailableError` if a server cannot be used, and `OSError` if a file system cannot.
    """

    is_remote: bool

    def look(self, inbox: PurePath) -> Look:
        """List an inbox, sorted by name, without opening a file."""

    def file_to_process(self, path: PurePath) -> InboxFile:
        """The inbox file at `path`.

        Raises `FileNotFoundError`, or `NotAnInboxFileError` if no such thing is processed.
        """

    def opened(self, path: PurePath) -> AbstractContextManager[tuple[BinaryIO, InboxFile]]:
        """A stream of one version of a file, and that version; `VanishedFileError` without one."""

    def version(self, path: PurePath) -> InboxFile | None:
        """What has this name now; None if nothing has it."""

    def is_file(self, path: PurePath) -> bool:
        """Whether a file itself has this name, and not a link to one."""

    def is_there(self, path: PurePath) -> bool:
        """Whether anything has this name."""

    def names(self, folder: PurePath) -> set[str]:
        """The names of the files directly in a folder; none if there is no such folder."""

    def in_subfolders(self, folder: PurePath) -> Mapping[PurePath, int]:
        """The files in the folders of a folder, sorted → when each was written, in nanoseconds."""

    def taken_places(self, target: PurePath) -> Iterator[tuple[PurePath, InboxFile]]:
        """What has the name `target` or one like it, under which a file can have been filed."""

    def free_place(self, target: PurePath, file: InboxFile) -> PurePath:
        """Where the file can go: `target`, or the first name like it that no other file has."""

    def unused_place(self, target: PurePath) -> PurePath:
        """`target`, or the first name like it that nothing has."""

    def move(self, source: PurePath, file: InboxFile, target: PurePath) -> PurePath | None:
        """Move a file to `target`, or to a name like it if another file has that one.

        Returns where it is now; None when `source` is no longer the file that was read. A move that
        was cut off at any point is finished by the same call.
        """

    def holds(self, path: PurePath, file: InboxFile) -> bool:
        """Whether `path` names the very version that was read, in its old place or its new one."""

    def read_bytes(self, path: PurePath) -> bytes:
        """The contents of a small file; raises `FileNotFoundError` without one."""

    def write_texts(self, path: PurePath, texts: Iterable[str]) -> None:
        """Write a file, which is complete or not there at all; it replaces an older one."""

    def write_bytes(self, path: PurePath, content: bytes) -> None:
        """Write a file that nothing reads yet; it is kept when this returns."""

    def appear(self, unfinished: PurePath, target: PurePath) -> PurePath:
        """Move a finished file to `target`, or a free name like it, in one step; returns where."""

    def rename(self, path: PurePath, target: PurePath) -> None:
        """Give a small file another name, in place of what may have that."""

    def remove(self, path: PurePath) -> None:
        """Remove a file, if it is there."""

    def add_copy(self, path: Path, inbox: PurePath) -> PurePath:
        """Copy a file of this machine into an inbox, all at once; its name, or a free one like it.

        Raises `VanishedFileError` if it is gone, and `OSError` if it cannot be read or written.
        """

    def remove_unfinished(self, inbox: PurePath) -> None:
        """Remove what processes left that were killed while they copied."""
