"""What workplaces begin with: empty storages, created once per process and then copied."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
import yaml

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate

CATALOGUE = "catalogue.sqlite"
NO_LOGS = {
    "module": "dagster._core.storage.noop_compute_log_manager",
    "class": "NoOpComputeLogManager",
}
DAGSTER_YAML = Path(__file__).resolve().parents[1] / "dagster.yaml"


def configuration() -> dict[str, Any]:
    """The project's own `dagster.yaml`."""
    found = yaml.safe_load(DAGSTER_YAML.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def keep_logs(home: Path) -> None:
    """Let runs of a copied home keep what they print, as they do for users."""
    file = home / "dagster.yaml"
    if yaml.safe_load(file.read_text("utf-8"))["compute_logs"] == NO_LOGS:
        shutil.copy(DAGSTER_YAML, file)


@cache
def dagster_home() -> Path:
    """A Dagster home with its storages and the project's own configuration, but for logs.

    Few tests read what runs print, and pytest catches it as well.
    """
    home = _folder() / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(configuration() | {"compute_logs": NO_LOGS}))
    with patch.dict(os.environ, DAGSTER_HOME=str(home)), dg.DagsterInstance.get():
        return home


@cache
def catalogue() -> Path:
    """A SQLite file: a catalogue of today's schema without a row."""
    file = _folder() / CATALOGUE
    engine = engine_for(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pipeline-assets-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
