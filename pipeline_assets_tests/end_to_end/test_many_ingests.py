"""Many processes take overlapping files at once: no error, no duplicate, nothing lost."""

import random
from pathlib import Path

import pytest

from pipeline_assets_tests import soaks
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.end_to_end.many_ingests import ingest_at_once, overlapping_files
from pipeline_assets_tests.sites import Sites
from pipeline_assets_tests.workplace import Workplace

SEED = 20250924


def ingested(place: Workplace, seed: int, processes: int) -> Contents:
    """What the catalogue says after the files were taken and post-processed."""
    assert place.pipeline
    files = overlapping_files(seed)
    names = sorted(files)
    random.Random(processes).shuffle(names)
    for name in names:
        place.drop(name, files[name])
    assert ingest_at_once(place, processes) == dict.fromkeys(files, "archived")
    assert place.post_process()
    assert len(place.files("archive")) == len(files)
    said = contents(place, with_figures=False)
    place.pipeline.engine.dispose()
    return said


def rounds(root: Path, sites: Sites, count: int) -> None:
    """One process first, then eight, so many times over."""
    expected: Contents = {}
    for number in range(count + 1):
        with sites.create(root / str(number)) as place:
            said = ingested(place, SEED, processes=8 if number else 1)
            expected = expected or said
            assert differences(expected, said) == {}, f"round {number}, seed {SEED}"
    assert len(expected["store_prices"]) == 40 * 120


@pytest.mark.parametrize("sites", ["mariadb", "objects"], indirect=True)
def test_eight_processes_make_the_catalogue_that_one_makes(sites: Sites, tmp_path: Path) -> None:
    """On MariaDB with folders, and on SQLite with an object store."""
    rounds(tmp_path, sites, 1)


@pytest.mark.repeats
@pytest.mark.parametrize("sites", ["mariadb"], indirect=True)
def test_twenty_rounds_of_eight_processes(sites: Sites, tmp_path: Path) -> None:
    rounds(tmp_path, sites, soaks.rounds(20))
