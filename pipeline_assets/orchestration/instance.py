"""The Dagster instance that commands use: the one the UI shows."""

import os
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from pipeline_assets.errors import UsageError

_PROJECT_ROOT = Path(__file__).resolve().parents[2]


def enter_dagster_home() -> Path:
    """Set DAGSTER_HOME and make it the working folder; returns it.

    It is the variable's folder, or the project's root if that is not set. The storage paths in
    `dagster.yaml` are relative to the working folder: a command started elsewhere would otherwise
    open a second, empty storage.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or _PROJECT_ROOT)
    if not (home / "dagster.yaml").is_file():
        raise UsageError(
            f"There is no dagster.yaml in {home}. Set DAGSTER_HOME to the folder that holds it "
            "(normally the project's root)."
        )
    home = home.resolve()
    os.environ["DAGSTER_HOME"] = str(home)
    os.chdir(home)
    return home


def has_storage(home: Path) -> bool:
    """Whether Dagster has stored anything yet; opening an instance would create its storage.

    Storage on a server is assumed to exist.
    """
    storage = InstanceRef.from_dir(str(home)).run_storage_data
    base_dir = storage.config_dict.get("base_dir") if storage else None
    return base_dir is None or (home / base_dir).is_dir()


def open_instance() -> dg.DagsterInstance:
    """The instance of DAGSTER_HOME; call `enter_dagster_home` first."""
    return dg.DagsterInstance.get()
