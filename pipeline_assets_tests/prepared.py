"""What workplaces begin with: empty storages, created once per process and then copied."""

import atexit
import shutil
import tempfile
from contextlib import chdir
from functools import cache
from pathlib import Path

import dagster as dg

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate

CATALOGUE = "catalogue.sqlite"
DAGSTER_YAML = Path(__file__).resolve().parents[1] / "dagster.yaml"


@cache
def dagster_home() -> Path:
    """A Dagster home with the project's own configuration and its storages."""
    home = _folder() / "home"
    home.mkdir()
    shutil.copy(DAGSTER_YAML, home)
    with chdir(home), dg.DagsterInstance.from_config(str(home)):
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
