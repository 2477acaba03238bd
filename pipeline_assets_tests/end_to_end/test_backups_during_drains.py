"""A backup that is made while a drain works is the catalogue at some moment between two files."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline_assets.services.operators.backup import back_up
from pipeline_assets_tests.commands import SCRIPT
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.soaks import rounds
from pipeline_assets_tests.test_cli_restore import day
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True
COUNT = "SELECT COUNT(*) FROM ingested_files"


@contextmanager
def draining(place: Workplace) -> Iterator[subprocess.Popen[bytes]]:
    """A drain in a process of its own, which has accepted a file."""
    environment = place.environment | {"PATH": "/usr/bin:/bin", "HOME": str(place.root)}
    command = [str(SCRIPT), "drain", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as drain:
        _wait_for(place, 1)
        yield drain


def _wait_for(place: Workplace, files: int) -> int:
    """Wait until so many files are accepted; how many are."""
    until = time.monotonic() + 120
    while (known := int(place.one(COUNT))) < files:
        assert time.monotonic() < until
        time.sleep(0.002)
    return known


def copies_of_a_drain(place: Workplace, files: int, wanted: int) -> list[Path]:
    """Backups of different moments of a drain, at most so many."""
    copies: list[Path] = []
    with draining(place) as drain:
        known = 1
        while len(copies) < wanted and known < files - 1 and drain.poll() is None:
            copies.append(place.root / f"copy {len(copies)}.sqlite")
            back_up(place.pipeline, copies[-1])
            known = _wait_for(place, min(known + 1, files))
        assert drain.wait() == 0
    return copies


def opened(copy: Path) -> Workplace:
    """The backup as a workplace of its own."""
    root = copy.with_suffix(".place")
    root.mkdir()
    place = Workplace.create(root)
    place.catalogue_url = f"sqlite:///{copy}"
    return place


def replayed(place: Workplace, root: Path, names: Sequence[str]) -> Iterator[Contents]:
    """What a catalogue holds after each of these files, taken one after the other."""
    root.mkdir()
    with Workplace.create(root) as other:
        yield contents(other)
        for path in names:
            found = next((place.data / "archive").glob(f"*-{Path(path).name}"))
            other.drop(Path(path).name, found.read_bytes())
            other.ingest(Path(path).name)
            yield contents(other)


def check_backups(place: Workplace, files: int, wanted: int) -> int:
    """Drain, make backups meanwhile, compare each with a replay; how many were compared."""
    assert place.pipeline
    for number in range(files // 2):
        for store in ("G1", "G2"):
            place.drop(f"{store}-{number:02}.jsonl", day(1 + number, store))
    copies = copies_of_a_drain(place, files, wanted)
    order = place.rows("SELECT source_path FROM ingested_files ORDER BY file_id")
    moments = list(replayed(place, place.root / "replayed", [path for (path,) in order]))
    compared = 0
    for copy in copies:
        with opened(copy) as restored:
            known = int(restored.one(COUNT))
            if known == files:  # post-processing may have begun
                continue
            assert differences(moments[known], contents(restored)) == {}
            compared += 1
    return compared


def test_a_backup_during_a_drain_is_the_catalogue_between_two_files(workplace: Workplace) -> None:
    assert check_backups(workplace, files=12, wanted=3) > 0


@pytest.mark.repeats
def test_twenty_backups_of_twenty_are_the_catalogue_between_two_files(
    workplace: Workplace,
) -> None:
    wanted = rounds(20)
    assert check_backups(workplace, files=100, wanted=wanted) == wanted
