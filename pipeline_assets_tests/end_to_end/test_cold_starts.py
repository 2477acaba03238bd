"""Commands and services that start together on a new DAGSTER_HOME: one storage, and it works."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline_assets_tests.commands import beside, process
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.end_to_end import at_once
from pipeline_assets_tests.end_to_end.dagster_dev import dagster_dev, eventually
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.soaks import rounds
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

pytestmark = pytest.mark.from_nothing

COMMANDS = [["drain"], ["post-process"], ["status"]]
Together = Callable[[Workplace], list[tuple[int, str]]]


@pytest.fixture(scope="module")
def together() -> Iterator[Together]:
    """Runs `COMMANDS` at the same moment in a workplace; returns statuses and what they printed."""
    with beside(at_once.__name__) as (stdin, stdout):

        def run(place: Workplace) -> list[tuple[int, str]]:
            order = {
                "environment": place.environment,
                "home": str(place.home),
                "commands": COMMANDS,
            }
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            return [tuple(one) for one in json.loads(stdout.readline())]

        yield run


def on_sqlite(root: Path, server: Server | None) -> Workplace:
    return Workplace.create(root, is_bare=True)


def with_its_catalogue_on_mariadb(root: Path, server: Server | None) -> Workplace:
    place = Workplace.create(root, is_bare=True)
    assert server is not None
    place.catalogue_url = server.new_database()
    return place


def all_on_mariadb(root: Path, server: Server | None) -> Workplace:
    place = with_its_catalogue_on_mariadb(root, server)
    assert server is not None
    shutil.copy(PROJECT_ROOT / "deploy" / "mysql" / "dagster.yaml", place.home)
    place.variables = {
        "DAGSTER_MYSQL_HOST": server.host,
        "DAGSTER_MYSQL_PORT": str(server.port),
        "DAGSTER_MYSQL_USER": server.user,
        "DAGSTER_MYSQL_PASSWORD": server.password,
        "DAGSTER_MYSQL_DB": urlsplit(server.new_database()).path[1:],
    }
    return place


@pytest.mark.parametrize(
    ("make", "full"),
    [
        (on_sqlite, 1),
        (all_on_mariadb, 1),
        pytest.param(on_sqlite, 50, marks=pytest.mark.repeats),
        pytest.param(with_its_catalogue_on_mariadb, 50, marks=pytest.mark.repeats),
        pytest.param(all_on_mariadb, 50, marks=pytest.mark.repeats),
    ],
)
def test_commands_that_start_together_create_one_storage_that_works(
    make: Callable[[Path, Server | None], Workplace],
    full: int,
    together: Together,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    server = None if make is on_sqlite else request.getfixturevalue("mariadb")
    for number in range(rounds(full)):
        root = tmp_path / str(number)
        root.mkdir()
        with make(root, server) as place:
            place.drop("a.jsonl", [row("1", 1.5)])
            for status, said in together(place):
                assert (status, "Traceback" in said) == (0, False), said
            enter(place, monkeypatch)
            assert place.one("SELECT COUNT(*) FROM store_prices") == 1
            jobs = sorted(run.job_name for run in place.instance.get_runs())
            assert jobs[:3] == ["post_process_only"] * 2 + ["product_update"]
            # Of one drain, or of both.
            assert set(jobs[3:]) == {"product_update_report", "publish"}
        shutil.rmtree(root)


@pytest.fixture
def services(workplace: Workplace) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts Dagster's services on a workplace; they are ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        with (workplace.root / f"service-{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=workplace.root,
                    env=os.environ | workplace.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield start
    for one in started:
        os.killpg(one.pid, signal.SIGTERM)
    for one in started:
        try:
            one.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait(10)


@pytest.mark.soak
def test_the_daemon_the_webserver_and_a_command_may_start_together(
    workplace: Workplace, services: Callable[..., subprocess.Popen[bytes]]
) -> None:
    workplace.drop("a.jsonl", [row("1", 1.5)])
    workspace = ("-w", str(PROJECT_ROOT / "workspace.yaml"))
    daemon = services("dagster._daemon", "run", *workspace)
    webserver = services("dagster_webserver", "-h", "127.0.0.1", "-p", "0", *workspace)
    ran = process(workplace, "drain")
    assert ran.status == 0, ran.err
    taken = "SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NOT NULL"
    eventually(lambda: workplace.one(taken) == 1, 60, workplace.root / "service-0.log")
    assert (daemon.poll(), webserver.poll()) == (None, None)
    assert process(workplace, "status").status == 0
    assert databases_below(workplace.root) == databases_below(workplace.home)


def databases_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*.db") if path.is_file()}


@pytest.mark.soak
def test_dagster_dev_in_another_folder_opens_the_one_storage(workplace: Workplace) -> None:
    """Also its code server, its runs and their logs, as paths start in DAGSTER_HOME."""
    workplace.drop("a.jsonl", [row("1", 1.5)])
    elsewhere = workplace.root / "elsewhere"
    elsewhere.mkdir()
    log = workplace.root / "dev.log"
    with dagster_dev(workplace.home, log, started_in=elsewhere) as ui:
        eventually(lambda: [run for run in ui.runs() if run["status"] == "SUCCESS"], 90, log)
    assert list(elsewhere.iterdir()) == []
    assert [run.job_name for run in workplace.instance.get_runs()][-1] == "product_update"
    assert list((workplace.home / ".dagster" / "logs").rglob("*.err"))
