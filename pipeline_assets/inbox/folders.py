"""The folders below the data folder. Their names are public."""

from dataclasses import dataclass
from pathlib import Path

from pipeline_assets.errors import OutsideInboxError

PRODUCT_INBOX = "product_inbox"
BARCODE_ENRICHMENT_INBOX = "barcode_enrichment_inbox"


@dataclass(frozen=True, slots=True)
class Inbox:
    """One of the two inboxes: its public name and its folder.

    `max_work_s`: after how many seconds work on one of its files counts as dead where nothing shows
    whether its process lives.
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
        """Accepted files, whole."""
        return self.data / "archive"

    @property
    def quarantine(self) -> Path:
        """Refused files, whole, in a folder per reason, each with the reason in words beside it."""
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
        """An enriched file that has not appeared in the product inbox yet, by its source."""
        return self.product_inbox / f".{digest[:16]}.enriched"

    def create(self) -> None:
        """Make the folders that are missing."""
        for folder in (
            self.product_inbox,
            self.barcode_enrichment_inbox,
            self.archive,
            self.quarantine,
            self.rejects,
            self.translation_tables,
        ):
            folder.mkdir(parents=True, exist_ok=True)

    def relative(self, path: Path) -> str:
        """A path below the data folder as the ledger stores it."""
        return path.relative_to(self.data).as_posix()


def path_in(inbox: Path, name: str) -> Path:
    """The path of inbox file `name`; raises `OutsideInboxError` for what is no bare name."""
    is_bare = name not in ("", ".", "..") and "/" not in name and "\0" not in name
    if not is_bare or Path(name).name != name:
        raise OutsideInboxError(name, inbox)
    return inbox / name
