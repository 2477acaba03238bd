"""The real files, drained once for all tests that look at the outcome."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipeline_assets_tests.workplace import Clock, Workplace


@pytest.fixture(scope="session")
def drained_real_files(
    real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workplace]:
    """The twenty files after a drain. To look at; what is tried on it stays for the others."""
    place = Workplace.create(tmp_path_factory.mktemp("real"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place.environment.items():
            patch.setenv(name, value)
        patch.chdir(place.home)
        for path in real_scrapes.glob("*.jsonl.gz"):
            shutil.copy(path, place.inbox)
        with place:
            place.drain()
            place.pipeline.engine.dispose()  # so that all of it is in the database's own file
            shutil.copytree(place.data, place.root / "as drained")
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
