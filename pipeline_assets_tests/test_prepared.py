"""The copies that tests begin with are the same as newly created storages."""

from pathlib import Path

import yaml
from sqlalchemy import make_url, text

from pipeline_assets.catalogue.database.engine import engine_for, reading
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets_tests import prepared
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import Workplace


def schema(url: str) -> list[tuple[str, list[str]]]:
    """The statements that made a SQLite catalogue, by name, as sorted lines.

    A migration that copies a table lists its constraints in any order.
    """
    with reading(engine_for(url)) as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))
        return [(name, _lines(sql or "")) for name, sql in found]


def _lines(sql: str) -> list[str]:
    return sorted(line.rstrip(", ") for line in sql.splitlines())


def test_a_copied_catalogue_is_the_migrated_one(workplace: Workplace, tmp_path: Path) -> None:
    migrated = f"sqlite:///{tmp_path / 'migrated.sqlite'}"
    assert migrate(engine_for(migrated)) is True
    copied = workplace.pipeline.settings.database_url
    assert schema(copied) == schema(migrated) != []
    assert migrate(engine_for(copied)) is False
    filled = {name for name, rows in workplace.tables(without=()).items() if rows}
    assert filled == {"alembic_version", "catalogue_settings", "catalogue_totals", "locks"}


def test_a_copied_catalogue_is_the_migrated_one_on_mariadb(mariadb: Server) -> None:
    migrated = mariadb.new_database()
    assert migrate(engine_for(migrated)) is True
    first, copied = mariadb.new_catalogue(), mariadb.new_catalogue()
    said = [mariadb.dump(make_url(url).database or "") for url in (migrated, first, copied)]
    assert said[0] == said[1] == said[2]
    assert "CREATE TABLE `prices`" in said[0]
    assert migrate(engine_for(copied)) is False


def test_a_workplace_begins_with_dagsters_storages_and_a_bare_one_without(tmp_path: Path) -> None:
    for name in ("prepared", "bare"):
        (tmp_path / name).mkdir()
    place = Workplace.create(tmp_path / "prepared")
    bare = Workplace.create(tmp_path / "bare", is_bare=True)
    found = {path.name for path in place.home.rglob("*") if path.is_file()}
    assert found == {"dagster.yaml", "event_log.db", "runs.db", "schedules.db"}
    assert [path.name for path in bare.home.rglob("*")] == ["dagster.yaml"]
    said = yaml.safe_load((place.home / "dagster.yaml").read_text("utf-8"))
    assert said == prepared.configuration() | {"compute_logs": prepared.NO_LOGS}
    assert (bare.home / "dagster.yaml").read_bytes() == prepared.DAGSTER_YAML.read_bytes()
