"""The Dagster instance that commands use: the one the UI shows."""

import os
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from pipeline_assets.errors import UsageError

_PROJECT_ROOT = Path(__file__).resolve().parents[2]


def enter_dagster_home() -> Path:
    """Make DAGSTER_HOME certain and work from there; returns it.

    It is the variable's folder, else the project's root. The storage paths in `dagster.yaml` are
    relative to the process, so that a command started elsewhere would otherwise open a second,
    empty storage.
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

    A storage on a server is taken to be there.
    """
    storage = InstanceRef.from_dir(str(home)).run_storage_data
    base_dir = storage.config_dict.get("base_dir") if storage else None
    return base_dir is None or (home / base_dir).is_dir()


def open_instance() -> dg.DagsterInstance:
    """The instance of DAGSTER_HOME; `enter_dagster_home` comes first."""
    return dg.DagsterInstance.get()
