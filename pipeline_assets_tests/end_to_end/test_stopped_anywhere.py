"""Every command, stopped at random moments and started again: the outcome is the undisturbed one.

An attempt that was stopped is on record as interrupted, and counts neither as a failure nor as a
death.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.end_to_end.stopped import GENEROUS_S
from pipeline_assets_tests.end_to_end.test_random_kills import digests, fill
from pipeline_assets_tests.enrichment.shop import Shop, at_shop, open_shop, to_enrich
from pipeline_assets_tests.forked_commands import Fork
from pipeline_assets_tests.sites import Sites
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Workplace, row

ROUNDS = rounds(20)
DAY = ("--last-day", "2025-09-10")


@pytest.fixture
def wide_shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        yield shop


def to_drain(place: Workplace, shop: Shop) -> None:
    fill(place)
    to_enrich(place, "coles.jsonl", [shop.row(str(sku)) for sku in range(1, 21)])


def to_look_up(place: Workplace, shop: Shop) -> None:
    for number in range(3):
        rows = [shop.row(str(100 * number + sku)) for sku in range(1, 16)]
        to_enrich(place, f"coles-{number}.jsonl", rows)


def ingested(place: Workplace, _: Shop) -> None:
    for name, rows in overlapping_files(7, stores=8, rows=60).items():
        place.take(name, rows)


def halted(place: Workplace, _: Shop) -> None:
    place.drop("a.jsonl", [row()])
    (file,) = place.pipeline.files.look(place.pipeline.folders.product_inbox).files
    with writing(place.pipeline.engine) as connection:
        attempts.note(
            connection,
            "product_inbox",
            file.name,
            file.fingerprint,
            Event.HALTED,
            utc_now(),
            message="why",
        )


def two_skus(place: Workplace, _: Shop) -> None:
    place.take("a.jsonl", [row("1"), row("2", name="Roast 1kg")])


def nothing(place: Workplace, _: Shop) -> None:
    assert place.pipeline


@dataclass(frozen=True)
class Case:
    """A command, what it works on, and what it leaves besides the catalogue's contents."""

    arguments: tuple[str, ...]
    begin: Callable[[Workplace, Shop], None]
    leaves: Callable[[Workplace], Any] = lambda place: sorted(
        (path.name, path.read_bytes()) for path in (place.data / "translation_tables").glob("*")
    )


CASES = {
    "drain": Case(("drain",), to_drain),
    "enrich": Case(("enrich",), to_look_up, lambda place: place.files("product_inbox")),
    "post-process": Case(("post-process",), ingested),
    "status": Case(("status",), ingested),
    "requeue": Case(
        ("requeue", "--all-halted"),
        halted,
        lambda place: place.one("SELECT COUNT(*) > 1 FROM file_attempts"),
    ),
    "decide": Case(("decide", "same", "aldi/1", "aldi/2"), two_skus),
    "sample": Case(("sample", *DAY), nothing, lambda place: place.files("product_inbox")),
    "prepare": Case(("prepare",), nothing),
}


@dataclass(frozen=True)
class Undisturbed:
    """What a command leaves, and how long it takes, when nothing stops it."""

    seconds: float
    contents: Contents
    leaves: Any


@dataclass(frozen=True)
class Course:
    """Workplaces of one kind, and the means to run commands in them."""

    root: Path
    fork: Fork
    shop: Shop
    sites: Sites
    patch: pytest.MonkeyPatch

    def place(self, name: str, case: Case) -> Workplace:
        place = self.sites.create(self.root / name)
        for variable, value in place.environment.items():
            self.patch.setenv(variable, value)
        assert place.pipeline
        case.begin(place, self.shop)
        return place

    def undisturbed(self, case: Case) -> Undisturbed:
        with self.place("undisturbed", case) as place:
            begun = time.monotonic()
            assert self.fork(place, *case.arguments).await_end().status == 0
            seconds = time.monotonic() - begun
            return Undisturbed(seconds, contents(place, with_figures=False), case.leaves(place))


def stop_often(course: Course, case: Case, count: int) -> None:
    """Stop the command at a random moment, then let it run to its end, so many times over."""
    print(f"seed {SEED}")
    choose = random.Random(f"{SEED} {case.arguments}")
    expected = course.undisturbed(case)
    longest_s, record = 0.0, Counter[str]()
    for number in range(count):
        delay_s = choose.uniform(0, expected.seconds)
        about = f"round {number}, stopped after {delay_s:.3f} s, seed {SEED}"
        with course.place(str(number), case) as place:
            files = digests(place, "product_inbox", "barcode_enrichment_inbox")
            running = course.fork(place, *case.arguments, "--json")
            time.sleep(delay_s)
            signal_number = choose.choice([SIGINT, SIGTERM])
            ran, seconds = running.stop(signal_number)
            assert (running.left_behind(), seconds < GENEROUS_S) == ([], True), about
            assert isinstance(json.loads(ran.out), dict), about
            assert "Traceback" not in ran.err, f"{about}\n{ran.err}"
            assert ran.status in (0, 128 + signal_number), f"{about}\n{ran}"
            record["interrupted commands"] += ran.status != 0
            longest_s = max(longest_s, seconds)
            assert course.fork(place, *case.arguments).await_end().status == 0, about
            check(place, case, expected, about)
            outcomes = Counter(dict(place.rows(_OUTCOMES)))
            assert not outcomes.keys() & {"failed", "died", "started"}, f"{about}: {outcomes}"
            record += outcomes
            if case.arguments[0] == "drain":
                kept = digests(place, "product_inbox", "archive", "quarantine")
                assert kept & files == files, about
    print(f"{case.arguments[0]}: {count} rounds, longest {longest_s:.2f} s, {dict(record)}")


_OUTCOMES = "SELECT outcome, COUNT(*) FROM file_attempts GROUP BY outcome"


def check(place: Workplace, case: Case, expected: Undisturbed, about: str) -> None:
    """Everything is as if the command had run undisturbed."""
    found = differences(expected.contents, contents(place, with_figures=False))
    assert found == {}, about
    assert case.leaves(place) == expected.leaves, about
    assert place.one("SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NULL") == 0, about


@pytest.fixture
def course(
    tmp_path: Path, fork: Fork, wide_shop: Shop, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> Course:
    return Course(tmp_path, fork, wide_shop, sites, monkeypatch)


@pytest.mark.parametrize("sites", ["objects"], indirect=True)
def test_an_enrichment_stopped_anywhere_loses_nothing(course: Course) -> None:
    stop_often(course, CASES["enrich"], 1)


@pytest.mark.repeats
@pytest.mark.parametrize(
    ("sites", "command"),
    [
        *product(["sqlite", "mariadb"], CASES),
        *product(["objects"], ["drain", "enrich", "requeue", "sample"]),
    ],
    indirect=["sites"],
)
def test_a_command_stopped_anywhere_loses_nothing(command: str, course: Course) -> None:
    """With an object store: those that read, write or move objects."""
    stop_often(course, CASES[command], ROUNDS)
