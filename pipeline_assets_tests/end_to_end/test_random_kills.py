"""Killed at any moment, then started again: nothing is lost.

The catalogue is that of an undisturbed drain, and every file is in exactly one place.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

import psutil
import pytest

from pipeline_assets_tests.commands import beside
from pipeline_assets_tests.conftest import enter, sites_of
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.end_to_end.dagster_dev import dagster_dev, eventually
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.sites import Sites
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Workplace

ROUNDS, FEW_ROUNDS = rounds(50), max(1, rounds(50) // 5)

# About as long as an undisturbed drain of these files takes, post-processing included.
BEGUN = "SELECT COUNT(*) FROM file_attempts"
LONGEST_S = {"sqlite": 3.0, "mariadb": 5.0, "objects": 4.0}

Drain = Callable[[Workplace, float | None], int]


@pytest.fixture(scope="module")
def drain() -> Iterator[Drain]:
    """Drains a workplace in a fork; kills it so many seconds after its first file was begun."""
    with beside("pipeline_assets_tests.end_to_end.random_kills") as (stdin, stdout):

        def send(place: Workplace, delay_s: float | None) -> int:
            order = {"environment": place.environment, "home": str(place.home)}
            stdin.write(json.dumps(order | ({} if delay_s is None else {"delay_s": delay_s})))
            stdin.write("\n")
            stdin.flush()
            return int(stdout.readline())

        yield send


def fill(place: Workplace) -> Counter[str]:
    """Twenty files, three of them bad; returns their digests."""
    for name, rows in overlapping_files(SEED % 1000, stores=17, rows=60).items():
        place.drop(name, rows)
    place.drop("broken.jsonl", b"not a snapshot\n")
    place.drop("latin.jsonl", b"caf\xe9\n")
    place.drop("empty.jsonl", b"")
    return digests(place, "product_inbox")


def digests(place: Workplace, *folders: str) -> Counter[str]:
    """How often each content lies in these folders, reports beside files left out."""
    return Counter(
        hashlib.sha256(place.content(f"{folder}/{name}")).hexdigest()
        for folder in folders
        for name in place.files(folder)
        if name.endswith(".jsonl")
    )


def undisturbed(sites: Sites, root: Path, drain: Drain) -> Contents:
    """What the catalogue says when nothing is killed."""
    with sites.create(root) as place:
        fill(place)
        assert drain(place, None) == 0
        return contents(place, with_figures=False)


def check(place: Workplace, files: Counter[str], expected: Contents, about: str) -> None:
    """Nothing is lost, nothing is there twice."""
    found = differences(expected, contents(place, with_figures=False))
    assert found == {}, f"{about}, seed {SEED}"
    assert place.files("product_inbox") == [], f"{about}, seed {SEED}"
    kept = digests(place, "product_inbox", "archive", "quarantine")
    assert kept == files, f"{about}, seed {SEED}"
    assert place.one("SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NULL") == 0


def kill_drains(sites: Sites, root: Path, drain: Drain, count: int) -> None:
    """A drain killed at a random moment, then another to the end, so many times over."""
    print(f"seed {SEED}")
    choose = random.Random(SEED)
    expected = undisturbed(sites, root / "undisturbed", drain)
    killed = 0
    for number in range(count):
        with sites.create(root / str(number)) as place:
            assert place.pipeline
            files = fill(place)
            delay_s = choose.uniform(0, LONGEST_S[sites.kind])
            killed += drain(place, delay_s) == -signal.SIGKILL
            assert drain(place, None) == 0
            check(place, files, expected, f"round {number}, killed after {delay_s:.3f} s")
    print(f"{sites.kind}: {count} rounds, {killed} killed in time, {20 * count} files, 0 lost")
    assert count < 10 or killed > count / 3


@pytest.mark.parametrize("sites", ["objects", "mariadb"], indirect=True)
def test_a_drain_killed_anywhere_loses_nothing(sites: Sites, tmp_path: Path, drain: Drain) -> None:
    kill_drains(sites, tmp_path, drain, 1)


@pytest.mark.repeats
@pytest.mark.parametrize("sites", ["sqlite", "objects", "mariadb"], indirect=True)
def test_many_drains_killed_anywhere_lose_nothing(
    sites: Sites, tmp_path: Path, drain: Drain
) -> None:
    kill_drains(sites, tmp_path, drain, ROUNDS)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("victim", "kinds"),
    [("daemon", ("objects", "sqlite")), ("code server", ("sqlite", "objects"))],
    ids=["daemon", "code server"],
)
def test_a_killed_part_of_dagster_loses_nothing(
    victim: str,
    kinds: tuple[str, str],
    tmp_path: Path,
    drain: Drain,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each round is minutes long, so they take turns with folders and an object store."""
    print(f"seed {SEED}")
    choose = random.Random(SEED)
    expected = undisturbed(sites_of(request, "sqlite"), tmp_path / "undisturbed", drain)
    for number, kind in zip(range(FEW_ROUNDS), cycle(kinds), strict=False):
        with sites_of(request, kind).create(tmp_path / str(number)) as place:
            enter(place, monkeypatch)
            assert place.pipeline
            files = fill(place)
            log = place.root / "dev.log"
            with dagster_dev(place.home, log):
                eventually(partial(place.one, BEGUN), 60, log)
                time.sleep(choose.uniform(0, 12))
                assert kill_part(place, victim)
            with dagster_dev(place.home, log):
                eventually(partial(is_drained, place), 400, log)
            check(place, files, expected, f"round {number} of the {victim}, {kind}")
    print(f"{victim}: {FEW_ROUNDS} rounds, {20 * FEW_ROUNDS} files, 0 lost")


def kill_part(place: Workplace, victim: str) -> bool:
    """Kill a part of the `dagster dev` of this place by SIGKILL."""
    marks = {"daemon": ("dagster._daemon",), "code server": ("grpc", "code-server")}[victim]
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            is_ours = process.environ().get("DAGSTER_HOME") == str(place.home)
        except psutil.Error:
            continue
        if is_ours and "dagster" in command and any(mark in command for mark in marks):
            process.kill()
            return True
    return False


def is_drained(place: Workplace) -> bool:
    """Whether all files are taken and post-processing has seen them."""
    waiting = [name for name in place.files("product_inbox") if not name.startswith(".")]
    seen = place.one("SELECT MIN(file_id) FROM post_processing_steps") or 0
    last = place.one("SELECT MAX(file_id) FROM ingested_files") or 0
    steps = place.one("SELECT COUNT(*) FROM post_processing_steps")
    exported = (place.data / "translation_tables" / "products.json").exists()
    return not waiting and steps > 0 and seen == last and exported


@pytest.mark.soak
def test_a_server_killed_in_the_middle_of_transactions_loses_nothing(
    tmp_path: Path, drain: Drain, breakable_mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    choose = random.Random(SEED)
    sites = Sites("sqlite")
    expected = undisturbed(sites, tmp_path / "undisturbed", drain)
    for number in range(FEW_ROUNDS):
        with sites.create(tmp_path / str(number)) as place:
            place.catalogue_url = breakable_mariadb.new_database()
            place.variables = {"PIPELINE_RETRY_WAIT_S": "0.5"}
            assert place.pipeline
            files = fill(place)
            command = [sys.executable, "-m", "pipeline_assets.cli", "drain", "--json"]
            environment = os.environ | place.environment
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
                eventually(partial(place.one, BEGUN), 60)
                place.pipeline.engine.dispose()
                time.sleep(choose.uniform(0, 3))
                breakable_mariadb.stop(signal.SIGKILL)
                breakable_mariadb.start()
                assert process.wait(120) == 0
            check(place, files, expected, f"round {number} of the server")
    print(f"MariaDB server: {FEW_ROUNDS} rounds, {20 * FEW_ROUNDS} files, 0 lost")
