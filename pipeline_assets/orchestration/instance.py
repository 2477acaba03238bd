"""The Dagster instance that commands use: the one the UI shows."""

import os
from pathlib import Path

import dagster as dg

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


def open_instance() -> dg.DagsterInstance:
    """The instance of DAGSTER_HOME; `enter_dagster_home` comes first."""
    return dg.DagsterInstance.get()
