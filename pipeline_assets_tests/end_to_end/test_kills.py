"""A process killed at any step of a file, then a second drain: as if it had never been killed."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline_assets.orchestration.run_records import ACTIVE, runs_of_inbox
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.operators.status import status
from pipeline_assets_tests.domain.files.facts import DIED_THREE_TIMES
from pipeline_assets_tests.end_to_end.conftest import Kill
from pipeline_assets_tests.end_to_end.killed_drain import NOW, Death
from pipeline_assets_tests.object_stores import Bucket
from pipeline_assets_tests.workplace import Clock, Workplace, row

REFUSED, EARLIER, ACCEPTED, OTHER = "refused.jsonl", "day1.jsonl", "day2.jsonl", "other.jsonl"
FOLDERS = ("product_inbox", "archive", "quarantine", "rejects")
_NUMBERS = count(1)
_RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ATTEMPTING = "pipeline_assets.services.files.attempt"
INGESTION = "pipeline_assets.services.ingestion.ingest_file"
REQUESTS = "pipeline_assets.inbox.object_requests:ObjectRequests"
OF_AN_ACCEPTED_FILE = {
    "after reading": Death(f"{ATTEMPTING}:read_file"),
    "after the rejects were written": Death("pipeline_assets.inbox.filing:write_beside"),
    "halfway through the transaction": Death("pipeline_assets.catalogue.prices:apply_price_plan"),
    "before the commit, everything written": Death("pipeline_assets.catalogue.attempts:end"),
    "after the commit": Death(f"{INGESTION}:_Ingestion._write"),
    "before the commit of moved_at": Death("pipeline_assets.catalogue.ledger:close_move"),
    "after moved_at": Death(f"{INGESTION}:_Ingestion._move_to_archive"),
}
OF_A_REFUSED_FILE = {
    "after reading": Death(f"{ATTEMPTING}:read_file"),
    "after the rejects were written": Death("pipeline_assets.inbox.filing:write_beside"),
    "after it was recorded": Death(f"{ATTEMPTING}:quarantine"),
}
OF_A_MOVE = {
    "folders": {
        "before the move": Death("os:link", is_before=True),
        "between the link and the unlink": Death("os:link"),
        "after the move, before it is recorded": Death("pipeline_assets.inbox.filing:move"),
    },
    "objects": {
        "before the copy": Death(f"{REQUESTS}.create", is_before=True),
        "between the copy and the removal": Death(f"{REQUESTS}.create"),
        "after the look before the removal": Death(f"{REQUESTS}._signed", is_before=True),
        "after the removal, before it is recorded": Death(f"{REQUESTS}.remove_version"),
    },
}
HALFWAY = {
    "folders": Death("pathlib:Path.replace", is_before=True),
    "objects": Death(f"{REQUESTS}.replace", is_before=True),
}
DEATHS = [
    pytest.param(kind, replace(death, file=file), id=f"{kind}, {file.split('.')[0]}: {step}")
    for kind in OF_A_MOVE
    for file, deaths in (
        (
            ACCEPTED,
            OF_AN_ACCEPTED_FILE | OF_A_MOVE[kind] | {"halfway through the rejects": HALFWAY[kind]},
        ),
        (
            REFUSED,
            OF_A_REFUSED_FILE
            | OF_A_MOVE[kind]
            | {"halfway through the sidecar": replace(HALFWAY[kind], call=2)},
        ),
    )
    for step, death in deaths.items()
]
on_both_kinds = pytest.mark.parametrize("kind", list(OF_A_MOVE), indirect=True)


class Places:
    """Workplaces with the same files, each a copy of one whose storages are already made."""

    def __init__(self, base: Path, patch: pytest.MonkeyPatch, bucket: Bucket | None) -> None:
        self._base = base
        self._bucket = bucket
        self._patch = patch
        self._made: list[Workplace] = []
        with Workplace.create(base) as template:
            template.bucket = bucket
            self.enter(template)
            template.clock = Clock(NOW)
            template.drain()
        drop_files(template)

    def enter(self, place: Workplace) -> Workplace:
        """Make the environment that of the place."""
        for name, value in place.environment.items():
            self._patch.setenv(name, value)
        self._patch.chdir(place.home)
        return place

    def make(self, root: Path) -> Workplace:
        """A new workplace, not yet drained."""
        shutil.copytree(self._base, root)
        bucket = self._bucket and self._bucket.copy(f"copy-{next(_NUMBERS)}")
        place = self.enter(Workplace(root, Clock(NOW), bucket=bucket))
        self._made.append(place)
        return place

    def close(self) -> None:
        """Close what is still open."""
        while self._made:
            self._made.pop().__exit__(None, None, None)


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    """Where the files are: in folders or in an object store."""
    return str(request.param)


@pytest.fixture(scope="module")
def template(
    kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Places]:
    server = request.getfixturevalue("object_server") if kind == "objects" else None
    with pytest.MonkeyPatch.context() as patch:
        bucket = server.new_bucket() if server else None
        yield Places(tmp_path_factory.mktemp("template"), patch, bucket)


@pytest.fixture
def places(template: Places) -> Iterator[Places]:
    yield template
    template.close()


@pytest.fixture(scope="module")
def never_killed(
    template: Places, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The catalogue and the folders after a drain that nothing disturbed."""
    place = template.make(tmp_path_factory.mktemp("never killed") / "place")
    place.drain()
    return catalogue(place), folders(place)


def drop_files(place: Workplace) -> None:
    """A refused file, two days of one store with a rejected row each, another store's file."""
    place.drop(REFUSED, [row(name=None, store_id="G9", day="2025-08-01", sku=n) for n in "12"])
    place.drop(
        EARLIER,
        [
            row("1", 1.5, barcode="9300675024235"),
            row("2", 2.5, name="Green Tea 100pk"),
            row("3", 3.0, name="Oat Milk 1L"),
            *(row(f"9{n}", 5, name=f"Biscuit {n} 200g") for n in range(10)),
            row("4", "N/A"),
        ],
    )
    place.drop(
        ACCEPTED,
        [
            row("1", 1.7, barcode="9300675024235", day="2025-09-02"),
            row("3", 3.0, name="Oat Milk 1L", day="2025-09-02"),
            row("5", 9.99, name="Honey 500g", brand="Bee", day="2025-09-02"),
            *(row(f"9{n}", 5, name=f"Biscuit {n} 200g", day="2025-09-02") for n in range(10)),
            row("6", -1, day="2025-09-02"),
        ],
    )
    place.drop(OTHER, [row("77", 1.6, company="coles", store_id="7", barcode="9300675024235")])


def catalogue(place: Workplace) -> dict[str, Any]:
    """Every table but the record of attempts, without the ids of Dagster's runs."""
    return {
        name: [_RUN_ID.sub("a run", repr(one)) for one in rows]
        for name, rows in place.tables().items()
    }


def folders(place: Workplace) -> dict[str, str]:
    """Every file's content by its path, without the ids of Dagster's runs."""
    return {
        f"{folder}/{name}": _RUN_ID.sub("a run", place.text(f"{folder}/{name}"))
        for folder in FOLDERS
        for name in place.files(folder)
    }


@pytest.mark.parametrize(("kind", "death"), DEATHS, indirect=["kind"])
def test_a_second_drain_makes_good_what_a_killed_one_left(
    death: Death,
    kill: Kill,
    places: Places,
    never_killed: tuple[dict[str, Any], dict[str, Any]],
    tmp_path: Path,
) -> None:
    place = places.make(tmp_path / "place")
    kill(place, death)
    assert place.instance.get_runs_count(dg.RunsFilter(statuses=ACTIVE)) == 1
    killed_run = place.instance.get_runs(dg.RunsFilter(statuses=ACTIVE))[0].run_id
    drained = place.drain()
    assert drained.failed == {}
    assert (drained.left.in_flight, drained.left.halted) == ([], {})
    assert catalogue(place) == never_killed[0]
    assert folders(place) == never_killed[1]
    failed = [run for run in place.instance.get_runs() if not run.is_success]
    assert [(run.run_id, run.status) for run in failed] == [
        (killed_run, dg.DagsterRunStatus.FAILURE)
    ]


@on_both_kinds
def test_a_drain_killed_before_it_began_its_work_is_known_to_be_dead(
    kill: Kill, places: Places, tmp_path: Path
) -> None:
    place = places.make(tmp_path / "place")
    kill(place, Death(f"{INGESTION}:this_process", is_before=True, file=OTHER))
    (killed_run,) = place.instance.get_runs(dg.RunsFilter(statuses=ACTIVE))
    assert place.outcomes(place.drain())[OTHER] == ("accepted", None)
    shown = place.instance.get_run_by_id(killed_run.run_id)
    assert shown is not None
    assert shown.status is dg.DagsterRunStatus.FAILURE
    assert place.rows(
        "SELECT outcome, message FROM file_attempts WHERE name = :name", name=OTHER
    ) == [
        ("died", f"Run {killed_run.run_id} ended before it started its work."),
        ("accepted", None),
    ]


@on_both_kinds
def test_a_file_whose_process_died_three_times_is_halted_and_requeued(
    kill: Kill,
    places: Places,
    never_killed: tuple[dict[str, Any], dict[str, Any]],
    tmp_path: Path,
) -> None:
    place = places.make(tmp_path / "place")
    for _ in range(3):
        kill(place, Death(f"{ATTEMPTING}:read_file", file=ACCEPTED))
    drained = place.drain()
    halted = {ACCEPTED: DIED_THREE_TIMES}
    assert drained.left.halted == halted
    assert ACCEPTED not in place.outcomes(drained)
    assert place.files("product_inbox") == [ACCEPTED]
    assert (
        status(place.pipeline, partial(runs_of_inbox, place.instance)).product_inbox.halted
        == halted
    )
    assert place.drain().left.halted == halted
    assert requeue(place.pipeline, ACCEPTED).name == ACCEPTED
    assert place.outcomes(place.drain()) == {ACCEPTED: ("accepted", None)}
    assert folders(place) == never_killed[1]
    assert set(catalogue(place)["price_history"]) == set(never_killed[0]["price_history"])
    assert place.instance.get_runs_count(dg.RunsFilter(statuses=ACTIVE)) == 0
