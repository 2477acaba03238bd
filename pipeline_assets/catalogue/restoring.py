"""Puts a backup in the place of the present catalogue, on SQLite, in one step.

The backup is first copied and migrated beside the catalogue. Then SQLite copies all pages in one
transaction of the present file: processes that have it open see the one catalogue or the other.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from pipeline_assets.catalogue.copies import ENDINGS, finish_copy, opened_copy
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets.catalogue.database.revision import stored_revision
from pipeline_assets.catalogue.unfinished_restore import mark_unfinished
from pipeline_assets.errors import CatalogueUnavailableError, PipelineError, UsageError


def stage_backup(backup: Path, staged: Path) -> dict[str, int]:
    """Copy a backup to `staged`, migrate it and check it; returns its tables' rows.

    The backup itself stays as it is. The copy is marked as unfinished. Raises `UsageError` if it is
    no catalogue, is damaged, or was written by a newer version.
    """
    try:
        _copy(backup, staged)
        with opened_copy(staged) as engine:
            with reading(engine) as connection:
                revision = stored_revision(connection)
            if revision is None:
                raise UsageError(f"{backup} is an SQLite file, but no catalogue.")
            migrate(engine)
            with writing(engine) as connection:
                mark_unfinished(connection, backup.name)
        return finish_copy(staged)
    except (sqlite3.DatabaseError, DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise UsageError(f"{backup} is no backup that can be read: {cause}.") from error
    except UsageError as error:
        raise UsageError(str(error).replace(str(staged), str(backup))) from error
    except PipelineError as error:
        raise UsageError(f"{backup} cannot be restored. {error}") from error


def _copy(backup: Path, staged: Path) -> None:
    with (
        closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(staged)) as copy,
    ):
        (state,) = source.execute("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise UsageError(f"{backup} is damaged: {state}")
        source.backup(copy)


def has_content(file: Path) -> bool:
    """Whether this database holds anything that a restore would overwrite.

    What cannot be read counts, too.
    """
    if not file.exists() or file.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            filled = {"ingested_files", "file_attempts", "stores", "skus"}
            if not tables:
                return False
            return not filled <= tables or any(
                database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608
                for table in sorted(filled)
            )
    except sqlite3.DatabaseError:
        return True


def keep_database(file: Path, kept: Path) -> bool:
    """Copy the present database; False if it is damaged, and its files were copied as they are."""
    try:
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(kept)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            raise PipelineError(
                f"{file} could not be copied to {kept.parent}: {error}. Nothing was changed."
            ) from error
        for ending in ENDINGS:
            part = file.with_name(file.name + ending)
            if part.exists():
                shutil.copyfile(part, kept.with_name(kept.name + ending))
        return False
    return True


def overwrite_database(staged: Path, file: Path, timeout_s: float, *, is_sound: bool) -> None:
    """Put the staged copy in the place of the database, in one step.

    `is_sound`: there is a database that can be read; processes that have it open go on with the new
    content. Otherwise the file itself is replaced. Raises `CatalogueUnavailableError` if another
    process writes for longer than `timeout_s`.
    """
    if not is_sound:
        for ending in ENDINGS[1:]:  # of another file: they must not be taken for the new one's
            file.with_name(file.name + ending).unlink(missing_ok=True)
        staged.replace(file)
        return
    with closing(sqlite3.connect(staged)) as source, closing(sqlite3.connect(file)) as target:
        target.execute("PRAGMA synchronous=FULL")
        try:
            source.backup(target, progress=_patience(file, timeout_s), sleep=_PAUSE_S)
        except sqlite3.Error as error:
            raise PipelineError(
                f"{file} could not be written: {error}. It is as it was before."
            ) from error
        with suppress(sqlite3.Error):  # later, if it is being read
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_PAUSE_S = 0.1
# What the file holds is no sound database; other errors are those of the disk or of locks.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _patience(file: Path, timeout_s: float) -> Callable[[int, int, int], None]:
    tries = 0

    def look(status: int, _remaining: int, _total: int) -> None:
        nonlocal tries
        if status == sqlite3.SQLITE_DONE:
            return
        tries += 1
        if tries * _PAUSE_S > timeout_s:
            raise CatalogueUnavailableError(f"sqlite:///{file}", "database is locked")

    return look
