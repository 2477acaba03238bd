"""Every setting, its default and its unit, in one place; read from the environment when asked for.

What belongs to one run only (the file, a dry run) is run config, not a setting.
"""

import os
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from sqlalchemy import make_url

from pipeline_assets.alerts.variables import AlertSettings
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.enrichment.variables import EnrichmentSettings
from pipeline_assets.errors import UsageError
from pipeline_assets.retention_settings import RetentionSettings
from pipeline_assets.setting_types import (
    DatabaseUrl,
    Days,
    FilesUrl,
    Owners,
    Seconds,
    Share,
    WebAddress,
    ZoneName,
    names_in,
)

_PROJECT_ROOT = Path(__file__).resolve().parents[1]


def home_folder() -> Path:
    """Where relative folders and files of the settings start; it holds `dagster.yaml`.

    It is DAGSTER_HOME, or the project's root if that is not set. The working folder would be
    another for each process: a daemon's, a code server's, a command's.
    """
    named = os.environ.get("DAGSTER_HOME")
    if named:
        return Path(named).expanduser().resolve()
    return _PROJECT_ROOT if (_PROJECT_ROOT / "dagster.yaml").is_file() else Path.cwd()


def enter_dagster_home() -> Path:
    """Set DAGSTER_HOME and make it the working folder; returns it.

    Dagster's own processes need the variable, and an absolute path in it.
    """
    home = home_folder()
    if not (home / "dagster.yaml").is_file():
        raise UsageError(
            f"There is no dagster.yaml in {home}. Set DAGSTER_HOME to the folder that holds it "
            "(normally the project's root)."
        )
    os.environ["DAGSTER_HOME"] = str(home)
    os.chdir(home)
    return home


class Settings(EnrichmentSettings, AlertSettings, RetentionSettings):
    """The settings, as environment variables `PIPELINE_<NAME>` (and `CATALOGUE_URL`)."""

    model_config = SettingsConfigDict(
        env_prefix="PIPELINE_",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # a URL holds a password
        allow_inf_nan=False,
    )

    data_dir: Path = Field(
        default=Path("data"), description="folder that holds the inboxes, archive and quarantine"
    )
    files_url: FilesUrl = Field(
        default="",
        description="object store that holds the inboxes, archive, quarantine and rejects, and "
        "copies of the published sets, such as "
        "`s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix`; if empty, they are "
        "in the data folder",
    )
    catalogue_url: DatabaseUrl = Field(
        default="",
        validation_alias="CATALOGUE_URL",
        description="SQLAlchemy URL of the catalogue; if empty, the SQLite file in the data folder",
    )
    owners: Owners = Field(
        default="team:catalogue",
        description="who looks after the assets: e-mail addresses or `team:name`, separated by "
        "commas",
    )
    code_url: WebAddress = Field(
        default="",
        description="where the code's files can be read, such as "
        "https://host/owner/pipeline-assets/blob/main; if empty, links lead to local files",
    )
    timezone: ZoneName = Field(
        default="Australia/Sydney",
        description="time zone of snapshot dates and times that do not name one",
    )

    settle_s: Seconds = Field(
        default=5, description="how long a file must stay unchanged before it is processed"
    )
    post_success_pause_s: Seconds = Field(
        default=30, description="pause after a cycle's last success"
    )
    max_runtime_s: Seconds = Field(
        default=600, gt=0, description="a run older than this counts as dead"
    )
    sensor_max_requests: int = Field(
        default=50, ge=1, le=100, description="most runs requested in one tick, and queued at once"
    )
    max_peek_bytes: int = Field(
        default=2**26,
        ge=1,
        description="a look for files to process stops reading after this many bytes, "
        "uncompressed, and goes on at the next tick",
    )
    max_peek_objects: int = Field(
        default=200,
        ge=1,
        description="a look into an object store reads the headers of so many new objects, and "
        "goes on at the next tick",
    )
    max_deaths: int = Field(
        default=3, ge=1, description="a file is halted after this many dead runs"
    )

    retry_wait_s: Seconds = Field(default=30, description="pause before a step is retried")
    max_failures: int = Field(
        default=10, ge=1, description="a file is halted after this many failures in a row"
    )
    lock_timeout_s: Seconds = Field(
        default=30, gt=0, description="how long to wait for a database lock"
    )

    partial_share: float = Field(
        default=0.90,
        ge=0,
        le=1,
        description="a snapshot is partial below this share of the last one's priced rows",
    )
    future_tolerance_s: Seconds = Field(
        default=86_400, description="a snapshot dated further ahead than this is refused"
    )
    current_days: Days = Field(
        default=7,
        description="a store is current while its last snapshot is at most this old",
    )
    min_agreement: Share = Field(
        default="0.98", description="smallest share of equal prices at which two stores match"
    )
    min_common: Share = Field(
        default="2/3",
        description="smallest share of the larger list that two stores must both sell",
    )
    post_processing_max_wait_s: Seconds = Field(
        default=21_600,
        gt=0,
        description="longest that post-processing waits for the inbox to be empty",
    )

    publish: bool = Field(
        default=True,
        description="whether data sets are published after post-processing, by the daemon and by "
        "`drain`",
    )
    publish_csv: bool = Field(
        default=False, description="whether the data sets are also written as CSV files"
    )

    report_window_s: Seconds = Field(
        default=86_400, gt=0, description="how far back reports and `status` list files"
    )
    check_max_price_change: float = Field(
        default=0.8,
        gt=0,
        description="a price that rose or fell by more than this share of it is implausible",
    )
    check_max_price_jumps: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="share of a company's price changes of one day that may be implausible",
    )
    check_max_specials: float = Field(
        default=0.5, ge=0, le=1, description="share of a company's prices that may be specials"
    )
    check_max_unpriced: float = Field(
        default=0.2, ge=0, le=1, description="share of a snapshot's rows that may have no price"
    )
    check_max_waiting_s: Seconds = Field(
        default=3_600, gt=0, description="longest that a file should wait in the product inbox"
    )
    check_max_enrichment_waiting_s: Seconds = Field(
        default=86_400, gt=0, description="longest that a file should wait in the enrichment inbox"
    )
    check_archive_days: Days = Field(
        default=365, ge=0, description="files accepted within this many days must be in archive/"
    )
    check_stale_days: int | None = Field(
        default=None,
        ge=0,
        description="a store is reported once its last snapshot is older than this; if empty, "
        "than `PIPELINE_CURRENT_DAYS`",
    )
    fresh_warn_hours: float = Field(
        default=26, ge=1, description="an asset not updated for this long shows a warning"
    )
    fresh_fail_hours: float = Field(
        default=36, ge=1, description="an asset not updated for this long counts as not fresh"
    )

    refused_window_s: float = Field(
        default=86_400,
        gt=0,
        description="how long a refused file that nobody requeues or acknowledges fails the check "
        "`refused_files`",
    )

    max_packed_bytes: int = Field(default=256 * 2**20, gt=0, description="largest file, as stored")
    max_unpacked_bytes: int = Field(
        default=256 * 2**20, gt=0, description="largest file, uncompressed"
    )
    max_line_bytes: int = Field(default=2**20, gt=0, description="longest line of a file")
    max_rows: int = Field(default=250_000, gt=0, description="most rows of a file")

    @cached_property
    def data_path(self) -> Path:
        """The data folder, absolute; a relative one starts in the home folder."""
        return (home_folder() / self.data_dir.expanduser()).resolve()

    @property
    def history_path(self) -> Path:
        """The folder for the files with price history, absolute."""
        return self.data_path / self.history_dir.expanduser()

    @property
    def moved_archive_path(self) -> Path | None:
        """The folder that old archived files are moved to, absolute; None if they stay."""
        folder = self.move_archive_to
        return None if folder is None else (home_folder() / folder.expanduser()).resolve()

    @cached_property
    def catalogue_file(self) -> Path | None:
        """The catalogue's file, absolute; None for a catalogue on a server or in memory."""
        url = make_url(self.database_url)
        return dialect_of(url.get_backend_name()).file(url)

    @cached_property
    def database_url(self) -> str:
        """The catalogue's SQLAlchemy URL, with the embedded default filled in.

        A relative file starts in the home folder.
        """
        if not self.catalogue_url:
            return f"sqlite:///{self.data_path / 'catalogue.sqlite'}"
        url = make_url(self.catalogue_url)
        file = dialect_of(url.get_backend_name()).file(url)
        if file is None or file.is_absolute():
            return self.catalogue_url
        absolute = url.set(database=str(home_folder() / file))
        return absolute.render_as_string(hide_password=False)

    @property
    def shown_database_url(self) -> str:
        """The catalogue's URL without its password, for logs and messages."""
        return shown_url(make_url(self.database_url))

    @property
    def owner_names(self) -> list[str]:
        """Who looks after the assets."""
        return names_in(self.owners)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of dates and times that do not name one."""
        return ZoneInfo(self.timezone)

    @property
    def future_tolerance(self) -> timedelta:
        """How far ahead of now a snapshot may be."""
        return timedelta(seconds=self.future_tolerance_s)

    @property
    def cookie_path(self) -> Path:
        """The path of the operator's cookies.txt."""
        return self.data_path / self.enrichment_cookie_file.expanduser()

    @property
    def is_default_catalogue(self) -> bool:
        """Whether the catalogue is the embedded default in the data folder."""
        return not self.catalogue_url
