"""The real files, drained once for all tests that look at the outcome."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pytest

from pipeline_assets_tests.commands import beside
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.end_to_end.killed_drain import Death
from pipeline_assets_tests.enrichment.shop import Shop, at_shop, open_shop
from pipeline_assets_tests.forked_commands import Fork, forks
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import Clock, Workplace


@pytest.fixture(scope="session")
def drained_real_files(
    real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workplace]:
    """The twenty files after a drain. To look at; what is tried on it stays for the others."""
    place = Workplace.create(tmp_path_factory.mktemp("real"))
    with pytest.MonkeyPatch.context() as patch:
        for path in real_scrapes.glob("*.jsonl.gz"):
            shutil.copy(path, place.inbox)
        with enter(place, patch):
            place.drain()
            place.pipeline.engine.dispose()  # so that all of it is in the database's own file
            shutil.copytree(place.data, place.root / "as drained")
            yield place


@pytest.fixture(scope="session")
def drained_on_mariadb(
    real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory, mariadb: Server
) -> Iterator[Workplace]:
    """The twenty real files, drained."""
    place = Workplace.create(tmp_path_factory.mktemp("real on mariadb"))
    place.catalogue_url = mariadb.new_catalogue()
    with pytest.MonkeyPatch.context() as patch:
        for path in real_scrapes.glob("*.jsonl.gz"):
            shutil.copy(path, place.inbox)
        with enter(place, patch):
            place.drain()
            yield place


@pytest.fixture
def real_catalogue(
    drained_real_files: Workplace, tmp_path: Path
) -> Iterator[Callable[[datetime], Workplace]]:
    """Makes a workplace whose catalogue is that of the drained real files, at a given moment."""
    made: list[Workplace] = []

    def make(now: datetime) -> Workplace:
        root = tmp_path / f"copy {len(made)}"
        root.mkdir()
        place = Workplace.create(root)
        shutil.copytree(drained_real_files.root / "as drained", place.data, dirs_exist_ok=True)
        place.clock = Clock(now)
        made.append(place)
        return place

    yield make
    for place in made:
        place.__exit__(None, None, None)


Kill = Callable[[Workplace, Death], None]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Drains a workplace in a process that is killed where the death says."""
    with beside("pipeline_assets_tests.end_to_end.killed_drain") as (stdin, stdout):

        def send(place: Workplace, death: Death) -> None:
            bucket = asdict(place.bucket) if place.bucket else {}
            stdin.write(replace(death, root=str(place.root), bucket=bucket).as_line())
            stdin.flush()
            assert stdout.readline() == "-9\n", "the process was not killed where it should be"

        yield send


@pytest.fixture(scope="session")
def fork() -> Iterator[Fork]:
    """Starts commands that begin at once, to be stopped."""
    with forks() as start:
        yield start


@pytest.fixture
def shop(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that the workplace's settings point to."""
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        yield shop
