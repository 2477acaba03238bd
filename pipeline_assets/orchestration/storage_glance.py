"""A glance at Dagster's storage without Dagster, whose import takes longer than most looks."""

import sqlite3
from contextlib import closing
from pathlib import Path

import yaml

_SECTIONS = {
    "run_storage": "runs.db",
    "event_log_storage": "event_log.db",
    "schedule_storage": "schedules.db",
}
_MODULE = "pipeline_assets.orchestration.sqlite_storage"


def is_certainly_in_order(home: Path) -> bool:
    """Whether a look at Dagster's storage would find nothing to complain of.

    That can only be told of this project's SQLite storages: each of their files says at which one
    revision it is. Of any other storage, and of a `dagster.yaml` that cannot be read, it is False.
    """
    try:
        config = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
        files = [_file(home, config[section], name) for section, name in _SECTIONS.items()]
        return all(_has_one_revision(file) for file in files)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError, sqlite3.Error):
        return False


def _file(home: Path, section: dict[str, object], name: str) -> Path:
    if section["module"] != _MODULE:
        raise ValueError(section["module"])
    config = section["config"]
    assert isinstance(config, dict)
    return home / Path(config["base_dir"]).expanduser() / name


def _has_one_revision(file: Path) -> bool:
    # Not `mode=ro`: such a connection makes working files that it may not remove.
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as database:
        return len(database.execute("SELECT version_num FROM alembic_version").fetchall()) == 1
