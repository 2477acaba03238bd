"""The folders below the data folder. Their names are public."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.errors import FolderError, OutsideInboxError

PRODUCT_INBOX = "product_inbox"
BARCODE_ENRICHMENT_INBOX = "barcode_enrichment_inbox"


@dataclass(frozen=True, slots=True)
class Inbox:
    """One of the two inboxes: its public name and its folder.

    `max_work_s`: after this many seconds, work on one of its files counts as dead if nothing shows
    whether its process is alive.
    """

    name: str
    folder: Path
    max_work_s: float


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files come in, and where they go."""

    data: Path

    @property
    def product_inbox(self) -> Path:
        """Snapshots to ingest."""
        return self.data / PRODUCT_INBOX

    @property
    def barcode_enrichment_inbox(self) -> Path:
        """Snapshots whose barcodes are to be looked up first."""
        return self.data / BARCODE_ENRICHMENT_INBOX

    @property
    def archive(self) -> Path:
        """Accepted files, unchanged."""
        return self.data / "archive"

    @property
    def quarantine(self) -> Path:
        """Refused files, unchanged, in a folder per reason, each with an explanation next to it."""
        return self.data / "quarantine"

    @property
    def rejects(self) -> Path:
        """For each file with rejected rows: which, and why."""
        return self.data / "rejects"

    @property
    def translation_tables(self) -> Path:
        """What post-processing exports."""
        return self.data / "translation_tables"

    def unfinished_delivery(self, digest: str) -> Path:
        """The hidden place of this source's enriched file until it appears in the product inbox."""
        return self.product_inbox / f".{digest[:16]}.enriched"

    @property
    def all(self) -> tuple[Path, ...]:
        """Every folder below the data folder."""
        return (
            self.product_inbox,
            self.barcode_enrichment_inbox,
            self.archive,
            self.quarantine,
            self.rejects,
            self.translation_tables,
        )

    def create(self) -> None:
        """Create the folders that are missing; raises `FolderError` where that cannot be done."""
        self.check()
        for folder in self.all:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                cause = f"it cannot be created ({error.strerror})"
                raise FolderError(folder, cause, self._remedy(folder)) from error

    def check(self) -> None:
        """Raise `FolderError` if something else is where a folder should be; creates nothing."""
        for folder in (*reversed(self.data.parents), self.data, *self.all):
            if os.path.lexists(folder) and not folder.is_dir():
                cause = "it is a broken link" if folder.is_symlink() else "it is not a folder"
                raise FolderError(folder, cause, self._remedy(folder))

    def _remedy(self, folder: Path) -> str:
        if folder.parent == self.data:
            return "Move away what is there, or permit the process to create it"
        return "Set PIPELINE_DATA_DIR to a folder that the process may create or write to"

    def relative(self, path: Path) -> str:
        """A path below the data folder as the ledger stores it."""
        return path.relative_to(self.data).as_posix()


def path_in(inbox: Path, name: str) -> Path:
    """The path of inbox file `name`; raises `OutsideInboxError` unless it is a bare name."""
    # `Path.name` drops folders and a lone dot; it keeps the other two names of no file.
    if name in ("", "..") or "\0" in name or Path(name).name != name:
        raise OutsideInboxError(name, inbox)
    return inbox / name
