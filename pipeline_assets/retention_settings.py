"""The settings of retention. Without any of them nothing is removed or moved."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from pipeline_assets.setting_types import MAX_DAYS, Days, Seconds


class RetentionSettings(BaseSettings):
    """Which of the settings say what is old; see `settings`."""

    keep_runs_days: int | None = Field(
        default=None,
        ge=7,
        le=MAX_DAYS,
        description="Dagster's runs that ended longer ago than this are removed with their events "
        "and logs; if empty, none",
    )
    keep_attempts_days: int | None = Field(
        default=None,
        ge=7,
        le=MAX_DAYS,
        description="entries in `file_attempts` that are older than this and that nobody needs are "
        "removed; if empty, none",
    )
    keep_history_years: int | None = Field(
        default=None,
        ge=1,
        le=1_000,
        description="price history of this many whole years before the present one stays in the "
        "database, what is older is moved to files; if empty, nothing is",
    )
    history_dir: Path = Field(
        default=Path("price_history"),
        description="folder for the files with price history; a relative one is in the data folder",
    )
    move_archive_to: Path | None = Field(
        default=None,
        description="folder that old archived files are moved to, with their rejects; a relative "
        "one starts in the home folder; if empty, none are",
    )
    move_archive_days: Days = Field(
        default=365, ge=1, description="files archived longer ago than this are old"
    )
    retention_max_s: Seconds = Field(
        default=1_800,
        gt=0,
        description="a run of retention stops after this time; the next one goes on",
    )
