"""One SQLite file of Dagster's storage: created and repaired by one process at a time.

Dagster creates a storage where it is first opened, and two processes that do so together leave two
revisions in its `alembic_version`: from then on, nothing can open it. A process that is killed
meanwhile leaves half of its tables. So a file is made under another name and then moved into place.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dagster._core.storage.sql import ALEMBIC_SCRIPTS_LOCATION, create_engine

from pipeline_assets.errors import DagsterStorageError
from pipeline_assets.folder_lock import alone_in
from pipeline_assets.orchestration.looking import refuse_if_only_looking

_UNFINISHED = "unfinished"
# The files that a process has found whole, and which did: forks of it need not look again.
_whole: dict[tuple[str, int, int] | None, int] = {}
# Tables whose rows say how far the storage itself has come.
_BOOKKEEPING = {"secondary_indexes", "instance_info"}


@dataclass(frozen=True)
class StorageFile:
    """One kind of storage: its file's name, its tables, and what Dagster has for it.

    `create` makes a storage in a folder, or opens the one there. `complete` applies the changes of
    data that are still missing and notes them; it may be repeated.
    """

    name: str
    tables: Any
    create: Callable[[str], Any]
    complete: Callable[[Any], None]


@contextmanager
def ready(folder: Path, kind: StorageFile) -> Iterator[bool]:
    """The file is there and whole, and until the block ends no other process creates or repairs it.

    Yields whether that is known, because this process is a fork of one that has opened the file:
    then nothing is looked at, neither here nor, if it can be helped, by Dagster.

    Raises `DagsterStorageError` for a file that cannot be repaired, and `NoDagsterStorageError`
    where nothing may be created and something would have to be.
    """
    file = folder / kind.name
    seen = _identity(file)
    if _whole.get(seen, os.getpid()) != os.getpid():
        yield True
        return
    if seen is None:
        refuse_if_only_looking(folder, is_new=True)
        folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        if not file.exists():
            _create(folder, kind)
        elif len(heads := _heads(file)) != 1:
            _repair(folder, kind, heads)
        _whole[_identity(file)] = os.getpid()
        yield False


def _identity(file: Path) -> tuple[str, int, int] | None:
    """The file at this path, and not another one that takes its place; None without one."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return str(file), found.st_dev, found.st_ino


def _create(folder: Path, kind: StorageFile) -> None:
    unfinished = folder / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)  # of a process that was killed
    unfinished.mkdir()
    kind.complete(kind.create(str(unfinished)))
    made = unfinished / kind.name
    _stamp(made, "head")  # of the event log, Dagster does not commit it
    made.rename(folder / kind.name)
    shutil.rmtree(unfinished)


def _repair(folder: Path, kind: StorageFile, heads: tuple[str, ...]) -> None:
    """Give the file the one revision that it is at, if that is certain.

    It is if every table, column and index is there. A file without any run is made anew.
    """
    refuse_if_only_looking(folder, is_new=False)
    file = folder / kind.name
    if _is_complete(file, kind):
        newest = _newest(heads) if heads else "head"
        if newest is not None:
            _stamp(file, newest)
            kind.complete(kind.create(str(folder)))
            return
    elif _is_empty(file, kind):
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            (folder / name).unlink(missing_ok=True)
        _create(folder, kind)
        return
    raise DagsterStorageError(
        str(file),
        "it was left incomplete when it was created, or several versions of Dagster have used it",
        "Stop all processes, move the file away and run `pipeline-assets prepare`, which creates a "
        "new one. It holds only the history of runs: the catalogue and the files are not affected.",
    )


def _heads(file: Path) -> tuple[str, ...]:
    """The revisions that the file says it is at."""
    with _opened(file) as connection:
        return MigrationContext.configure(connection).get_current_heads()


def _newest(heads: tuple[str, ...]) -> str | None:
    """The one of these revisions that comes after all others; None if there is no such one."""
    scripts = ScriptDirectory.from_config(dagsters_migrations())
    known = {script.revision for script in scripts.walk_revisions()}
    for head in heads:
        if known.issuperset(heads):
            passed = {script.revision for script in scripts.iterate_revisions(head, "base")}
            if passed.issuperset(heads):
                return head
    return None


def _is_complete(file: Path, kind: StorageFile) -> bool:
    with _opened(file) as connection:
        found = compare_metadata(MigrationContext.configure(connection), kind.tables)
    return not any(str(difference[0]).startswith("add_") for difference in found)


def _is_empty(file: Path, kind: StorageFile) -> bool:
    with _opened(file) as connection:
        present = set(connection.dialect.get_table_names(connection))
        return not any(
            connection.execute(table.select().limit(1)).first()
            for table in kind.tables.sorted_tables
            if table.name in present - _BOOKKEEPING
        )


def _stamp(file: Path, revision: str) -> None:
    config = dagsters_migrations()
    with _opened(file) as connection:
        config.attributes["connection"] = connection
        command.stamp(config, revision, purge=True)
        connection.commit()


def dagsters_migrations() -> Config:
    """Where Alembic finds Dagster's migrations, which all its storages share."""
    config = Config()
    config.set_main_option("script_location", ALEMBIC_SCRIPTS_LOCATION)
    return config


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
