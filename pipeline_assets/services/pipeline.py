"""What every use case needs: the settings, the catalogue's engine, the folders, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.revision import bring_up_to_date
from pipeline_assets.catalogue.kept_settings import keep_settings
from pipeline_assets.errors import UsageError
from pipeline_assets.inbox.files import Files
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX, Folders, Inbox
from pipeline_assets.inbox.local_files import LocalFiles
from pipeline_assets.inbox.object_urls import ObjectUrl, parse_object_url
from pipeline_assets.inbox.reading import ReadLimits
from pipeline_assets.settings import Settings

if TYPE_CHECKING:
    from pipeline_assets.inbox.object_files import ObjectFiles

Clock = Callable[[], datetime]
"""Returns the current time in UTC, without a zone."""


def utc_now() -> datetime:
    """The current time in UTC without a zone, as the catalogue stores times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Pipeline:
    """One data folder, its catalogue, and the object store if there is one."""

    settings: Settings = field(default_factory=lambda: Settings())
    clock: Clock = utc_now

    @cached_property
    def engine(self) -> Engine:
        """The catalogue's engine; it connects only when it is used."""
        return engine_for(self.settings.database_url, self.settings.lock_timeout_s)

    @cached_property
    def folders(self) -> Folders:
        """The folders below the data folder."""
        return Folders(self.settings.data_path, self._object_url.root if self._object_url else None)

    @cached_property
    def _object_url(self) -> ObjectUrl | None:
        url = self.settings.files_url
        return parse_object_url(url) if url else None

    @cached_property
    def files(self) -> Files:
        """What reads and moves the files of the inboxes, archive, quarantine and rejects."""
        return self.object_files or LocalFiles()

    @cached_property
    def object_files(self) -> "ObjectFiles | None":
        """The object store, if there is one."""
        if self._object_url is None:
            return None
        # Imported here: without an object store, none of it is needed.
        from pipeline_assets.inbox.object_files import ObjectFiles

        return ObjectFiles(self._object_url, self.settings.max_packed_bytes)

    @cached_property
    def product_inbox(self) -> Inbox:
        """The inbox of snapshots to ingest."""
        return Inbox(PRODUCT_INBOX, self.folders.product_inbox, self.settings.max_runtime_s)

    @cached_property
    def barcode_enrichment_inbox(self) -> Inbox:
        """The inbox of snapshots whose barcodes are to be looked up first."""
        folder = self.folders.barcode_enrichment_inbox
        return Inbox(BARCODE_ENRICHMENT_INBOX, folder, self.settings.enrichment_max_runtime_s)

    @property
    def inboxes(self) -> tuple[Inbox, Inbox]:
        """Both inboxes, in the order in which files pass through them."""
        return self.barcode_enrichment_inbox, self.product_inbox

    @cached_property
    def read_limits(self) -> ReadLimits:
        """The largest files that are read."""
        settings = self.settings
        return ReadLimits(
            settings.max_packed_bytes,
            settings.max_unpacked_bytes,
            settings.max_line_bytes,
            settings.max_rows,
        )

    def check(self) -> "Pipeline":
        """Raise `UsageError` if the settings name places that cannot be used; creates nothing."""
        self.folders.check()
        file = self.settings.catalogue_file
        if file is not None and not str(file).startswith("file:"):
            _check_catalogue_file(file, self.folders)
        return self

    def prepare(self) -> "Pipeline":
        """Create missing folders, migrate the catalogue, store the settings that views use."""
        self.check()
        self.folders.create()
        if self._object_url is not None:
            self.files.look(self.folders.product_inbox)  # raises if it cannot be reached
        bring_up_to_date(self.engine)
        keep_settings(self.engine, {"current_days": str(self.settings.current_days)})
        return self


def _check_catalogue_file(file: Path, folders: Folders) -> None:
    """Raise `UsageError` unless a catalogue can be at this place."""
    if file.is_dir():
        raise UsageError(
            f"CATALOGUE_URL: {file} is a folder. Give the path of a file, such as "
            f"sqlite:///{file / 'catalogue.sqlite'}"
        )
    will_be_there = (folders.data, *folders.all)
    if not file.parent.is_dir() and file.parent not in will_be_there:
        raise UsageError(
            f"CATALOGUE_URL: there is no folder {file.parent} for the file {file.name}. Create it, "
            "or correct the path: an absolute one begins with sqlite://// (four slashes)."
        )
