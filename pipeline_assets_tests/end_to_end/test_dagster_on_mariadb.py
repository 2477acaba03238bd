"""Production as `deploy/mysql` sets it up: the catalogue and Dagster's storage on one server."""

import shutil
from urllib.parse import urlsplit

import pytest

from pipeline_assets_tests.commands import process
from pipeline_assets_tests.end_to_end.dagster_dev import dagster_dev, eventually
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

pytestmark = pytest.mark.from_nothing


@pytest.fixture
def production(workplace: Workplace, mariadb: Server, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A workplace with two databases of its own: the catalogue's and Dagster's."""
    shutil.copy(PROJECT_ROOT / "deploy" / "mysql" / "dagster.yaml", workplace.home)
    workplace.catalogue_url = mariadb.new_database()
    database = urlsplit(mariadb.new_database()).path[1:]
    user = mariadb.new_user("p@ss:w/ord", database)
    variables = {
        "CATALOGUE_URL": workplace.catalogue_url,
        "DAGSTER_MYSQL_HOST": mariadb.host,
        "DAGSTER_MYSQL_PORT": str(mariadb.port),
        "DAGSTER_MYSQL_USER": user,
        "DAGSTER_MYSQL_PASSWORD": "p@ss:w/ord",
        "DAGSTER_MYSQL_DB": database,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    workplace.variables = variables
    return workplace


def test_commands_and_their_runs_work_on_mysql(production: Workplace) -> None:
    production.drop("a.jsonl", [row("1", 1.5)])
    production.drop("b.jsonl", b"no snapshot\n")
    ran = process(production, "drain", "--json")
    assert ran.status == 0, ran.err
    assert {one["name"]: one["outcome"] for one in ran.json()["files"]} == {
        "a.jsonl": "accepted",
        "b.jsonl": "quarantined",
    }
    assert "p@ss" not in ran.out + ran.err
    status = process(production, "status", "--json").json()
    assert status["catalogue"]["ingested_files"] == 1
    assert status["quarantined"] == {"no_metadata": 1}
    assert not list(production.home.rglob("*.db"))


@pytest.mark.soak
def test_the_daemon_takes_a_full_inbox_on_mysql(production: Workplace) -> None:
    """More files than one tick may ask for: a tick is a text of limited size on MySQL."""
    assert production.pipeline
    names = [f"{'long-name-' * 15}{number:03d}.jsonl" for number in range(60)]
    for number, name in enumerate(names):
        production.drop(name, [row("1", 1.5, store_id=f"S{number}")])
    log = production.root / "dev.log"
    with dagster_dev(production.home, log) as ui:
        taken = "SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NOT NULL"
        eventually(lambda: production.one(taken) == len(names), 240, log)
        runs = [run for run in ui.runs() if run["jobName"] == "product_update"]
    assert len(runs) == len(names)
    assert production.one("SELECT COUNT(*) FROM store_prices") == len(names)
    assert "p@ss" not in log.read_text()
