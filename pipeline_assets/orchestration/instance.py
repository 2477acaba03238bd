"""The Dagster instance that commands use: the one the UI shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._cli.utils import TMP_DAGSTER_HOME_PREFIX

from pipeline_assets.catalogue.database.errors import is_of_a_database, shown_cause
from pipeline_assets.errors import DagsterStorageError, NoDagsterStorageError
from pipeline_assets.orchestration.looking import only_looking
from pipeline_assets.settings import enter_dagster_home

_PACKAGE = __name__.split(".")[0]


@contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME; its storage is created if it is not there.

    Raises `DagsterStorageError` if that cannot be done.
    """
    with _opened(enter_dagster_home()) as instance:
        yield instance


@contextmanager
def instance_to_look_at() -> Iterator[dg.DagsterInstance | None]:
    """The same, or None where Dagster has not stored anything yet; nothing is created."""
    home = enter_dagster_home()
    try:
        with only_looking():
            found = _opened(home)
    except NoDagsterStorageError as error:
        if not error.is_new:
            raise
        yield None
        return
    with found as instance:
        yield instance


def refuse_temporary_storage(instance: dg.DagsterInstance) -> None:
    """Raise `DagsterStorageError` for a storage that is deleted when `dagster dev` ends.

    It makes one where DAGSTER_HOME is not set and the working folder has no `dagster.yaml`.
    """
    if not instance.is_persistent:
        return
    folder = Path(instance.root_directory)
    if folder.name.startswith(TMP_DAGSTER_HOME_PREFIX):
        raise DagsterStorageError(
            folder,
            "it is temporary, and what is recorded in it would be lost",
            "Set DAGSTER_HOME to the folder that holds dagster.yaml, and start Dagster again.",
        )


def storage_warning(instance: dg.DagsterInstance) -> str | None:
    """What to do about a `dagster.yaml` of an older version; None if there is nothing to do."""
    storages = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    kinds = {type(one).__module__.split(".")[0] for one in storages if one is not None}
    if not instance.is_persistent or kinds == {_PACKAGE}:
        return None
    return (
        f"{Path(instance.root_directory) / 'dagster.yaml'} names Dagster's own storage classes, "
        "which processes that start at once can break: copy the new dagster.yaml (for MySQL "
        "deploy/mysql/dagster.yaml) there and start Dagster again."
    )


def _opened(home: Path) -> dg.DagsterInstance:
    try:
        return dg.DagsterInstance.get()
    except Exception as error:
        if is_of_a_database(error) or isinstance(error, OSError):
            raise DagsterStorageError(home, shown_cause(error)) from error
        raise
