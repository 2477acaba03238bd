"""The folders below the data folder. Their names are public."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePath

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
    folder: PurePath
    max_work_s: float


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files come in, and where they go.

    `remote`: the place in an object store that has the inboxes, archive, quarantine and rejects in
    place of the data folder; None without one.
    """

    data: Path
    remote: PurePath | None = None

    @property
    def files(self) -> PurePath:
        """What has the inboxes, archive, quarantine and rejects in it."""
        return self.remote or self.data

    @property
    def product_inbox(self) -> PurePath:
        """Snapshots to ingest."""
        return self.files / PRODUCT_INBOX

    @property
    def barcode_enrichment_inbox(self) -> PurePath:
        """Snapshots whose barcodes are to be looked up first."""
        return self.files / BARCODE_ENRICHMENT_INBOX

    @property
    def archive(self) -> PurePath:
        """Accepted files, unchanged."""
        return self.files / "archive"

    @property
    def quarantine(self) -> PurePath:
        """Refused files, unchanged, in a folder per reason, each with an explanation next to it."""
        return self.files / "quarantine"

    @property
    def rejects(self) -> PurePath:
        """For each file with rejected rows: which, and why."""
        return self.files / "rejects"

    @property
    def translation_tables(self) -> Path:
        """What post-processing exports."""
        return self.data / "translation_tables"

    @property
    def published(self) -> Path:
        """Data sets: a folder per set, and `latest`, which leads to the newest."""
        return self.data / "published"

    @property
    def reports(self) -> Path:
        """What people open in a browser."""
        return self.data / "reports"

    @property
    def catalogue_report(self) -> Path:
        """The report on the whole catalogue."""
        return self.reports / "catalogue.html"

    def unfinished_delivery(self, digest: str) -> PurePath:
        """The hidden place of this source's enriched file until it appears in the product inbox."""
        return self.product_inbox / f".{digest[:16]}.enriched"

    @property
    def all(self) -> tuple[Path, ...]:
        """Every folder below the data folder; those in an object store are none."""
        ours = (self.translation_tables, self.published, self.reports)
        if self.remote is not None:
            return ours
        moved = (
            self.product_inbox,
            self.barcode_enrichment_inbox,
            self.archive,
            self.quarantine,
            self.rejects,
        )
        return (*map(Path, moved), *ours)

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

    def relative(self, path: PurePath) -> str:
        """A path below the data folder, or below the object store's place, as the ledger has it."""
        return path.relative_to(self.files).as_posix()


def path_in(inbox: PurePath, name: str) -> PurePath:
    """The path of inbox file `name`; raises `OutsideInboxError` unless it is a bare name."""
    # `Path.name` drops folders and a lone dot; it keeps the other two names of no file.
    if name in ("", "..") or "\0" in name or Path(name).name != name:
        raise OutsideInboxError(name, inbox)
    return inbox / name
