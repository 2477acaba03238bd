"""The sensor of the product inbox, against real instances with real runs."""

import hashlib
import json
import socket
from collections.abc import Iterator
from functools import partial

import dagster as dg
import pytest

from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.orchestration.sensors import product_inbox_sensor
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.operators.status import status
from pipeline_assets_tests.domain.files.facts import DIED_THREE_TIMES
from pipeline_assets_tests.orchestration.ticks import Ticks
from pipeline_assets_tests.workplace import Workplace, row

Status = dg.DagsterRunStatus
MAX_RUNTIME_S = 600


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[Ticks]:
    made = Ticks(workplace)
    with made.instance:
        yield made


@pytest.fixture
def unsettled_ticks(workplace: Workplace) -> Iterator[Ticks]:
    """Files settle after 5 s, and the folder's clock runs an hour ahead: only looks count."""
    made = Ticks(workplace, settle_s=5)
    made.advance(-3600)
    with made.instance:
        yield made


def halted(ticks: Ticks) -> dict[str, str]:
    found = status(ticks.place.pipeline, partial(runs_of_inbox, ticks.instance))
    return dict(found.product_inbox.halted)


def deaths(ticks: Ticks) -> int:
    count = ticks.place.one("SELECT count(*) FROM file_attempts WHERE outcome = 'died'")
    return int(count)


def test_a_settled_file_is_asked_for_with_its_name_and_version_and_without_a_run_key(
    ticks: Ticks,
) -> None:
    path = ticks.place.drop("a.jsonl", [row()])
    fingerprint = InboxFile.from_stat("a.jsonl", path.lstat()).fingerprint
    (request,) = ticks.tick()
    assert request.run_key is None
    assert request.run_config == {"ops": {"ingest_file": {"config": {"file": "a.jsonl"}}}}
    asked = {name: value for name, value in request.tags.items() if not name.startswith("dagster/")}
    assert asked == {
        "pipeline/file": "a.jsonl",
        ".dagster/pipeline_fingerprint": fingerprint,
        ".dagster/pipeline_requested_by": this_process(),
    }


def test_an_empty_inbox_is_told_in_words(ticks: Ticks) -> None:
    assert ticks.tick() == []
    assert ticks.idle_because == "There is nothing in product_inbox/."


def test_no_more_than_fifty_files_of_sixty_stores_are_asked_for_at_once_and_the_rest_later(
    ticks: Ticks,
) -> None:
    dropped = {f"s{number:02}.jsonl" for number in range(60)}
    for name in dropped:
        ticks.place.drop(name, [row(store_id=name)])
    first = ticks.tick()
    assert len(first) == 50
    for request in first[:40]:
        ticks.launch(request)
    for request in first[40:]:
        assert ticks.execute(request).success
    second = ticks.tick()
    for request in second:
        ticks.launch(request)
    assert len(second) == 10
    assert {request.tags["pipeline/file"] for request in (*first, *second)} == dropped
    assert ticks.tick() == []


@pytest.mark.parametrize(
    "state", [Status.QUEUED, Status.NOT_STARTED, Status.STARTING, Status.STARTED, Status.CANCELING]
)
def test_a_file_whose_run_is_under_way_is_not_asked_for_again(
    ticks: Ticks, state: dg.DagsterRunStatus
) -> None:
    ticks.place.drop("a.jsonl", [row()])
    (request,) = ticks.tick()
    ticks.launch(request, state)
    assert ticks.tick() == []
    assert ticks.idle_because == "The files of this cycle are being processed."
    ticks.cursor = None
    assert ticks.tick() == []


def test_a_file_that_arrives_after_a_cycle_waits_thirty_seconds_from_its_last_success(
    ticks: Ticks,
) -> None:
    ticks.place.drop("first.jsonl", [row()])
    assert ticks.execute(ticks.tick()[0]).success
    ticks.place.drop("second.jsonl", [row(store_id="G2")])
    ticks.advance(20)
    assert ticks.tick() == []
    assert ticks.idle_because is not None
    assert ticks.idle_because.startswith("The next cycle starts in ")
    ticks.cursor = None
    assert ticks.tick() == []
    ticks.advance(11)
    assert ticks.names() == ["second.jsonl"]


def test_files_of_one_cycle_do_not_wait_for_one_another_and_later_ones_do(ticks: Ticks) -> None:
    ticks.place.drop("day2.jsonl", [row(day="2025-09-02")])
    ticks.place.drop("day1.jsonl", [row(day="2025-09-01")])
    (day1,) = ticks.tick()
    ticks.place.drop("late.jsonl", [row(store_id="G2")])
    ticks.execute(day1)
    (day2,) = ticks.tick()
    assert day2.tags["pipeline/file"] == "day2.jsonl"
    ticks.execute(day2)
    assert ticks.names() == []
    ticks.advance(31)
    assert ticks.names() == ["late.jsonl"]
    assert ticks.place.rows("SELECT source_path FROM ingested_files ORDER BY file_id") == [
        ("product_inbox/day1.jsonl",),
        ("product_inbox/day2.jsonl",),
    ]


def test_files_of_one_store_are_asked_for_one_at_a_time_by_date_then_digest(ticks: Ticks) -> None:
    same_day = [
        json.dumps(row(price=price, day="2025-09-02")).encode() + b"\n" for price in (1.1, 1.2, 1.3)
    ]
    first, second, third = sorted(same_day, key=lambda data: hashlib.sha256(data).hexdigest())
    dropped = {"a.jsonl": third, "b.jsonl": second, "c.jsonl": first}
    ticks.place.drop("0.jsonl", [row(day="2025-09-03", price=2)])
    for name, data in dropped.items():
        ticks.place.drop(name, data)
    ticks.place.drop("z.jsonl", [row(day="2025-09-01")])
    order = []
    while requests := ticks.tick():
        assert len(requests) == 1
        order.append(requests[0].tags["pipeline/file"])
        ticks.execute(requests[0])
    assert order == ["z.jsonl", "c.jsonl", "b.jsonl", "a.jsonl", "0.jsonl"]
    assert ticks.place.files("product_inbox") == []
    assert len(ticks.place.files("archive")) == 3
    assert len([f for f in ticks.place.files("quarantine") if not f.endswith(".json")]) == 2


def test_a_run_that_failed_before_it_began_is_asked_for_again_and_the_third_time_halted(
    ticks: Ticks,
) -> None:
    ticks.place.drop("a.jsonl", [row()])
    for death in range(3):
        (request,) = ticks.tick()
        assert deaths(ticks) == death
        ticks.instance.report_run_failed(ticks.launch(request, Status.STARTING))
    assert ticks.tick() == []
    assert halted(ticks) == {"a.jsonl": DIED_THREE_TIMES}
    assert ticks.tick() == []


def test_a_started_run_older_than_the_maximum_is_asked_for_again_and_the_third_time_halted(
    ticks: Ticks,
) -> None:
    ticks.place.drop("a.jsonl", [row()])
    runs = []
    for _ in range(3):
        (request,) = ticks.tick()
        runs.append(ticks.launch(request, Status.STARTED).run_id)
        ticks.advance(MAX_RUNTIME_S - 30)
        assert ticks.tick() == []
        ticks.advance(40)
    assert ticks.tick() == []
    assert halted(ticks) == {"a.jsonl": DIED_THREE_TIMES}
    shown = [ticks.instance.get_run_by_id(run_id) for run_id in runs]
    assert [run.status for run in shown if run] == [Status.FAILURE] * 3


def test_a_run_that_waits_long_in_the_queue_is_asked_for_again_but_has_not_died(
    ticks: Ticks,
) -> None:
    ticks.place.drop("a.jsonl", [row()])
    for _ in range(4):
        (request,) = ticks.tick()
        ticks.launch(request, Status.QUEUED)
        ticks.advance(MAX_RUNTIME_S + 10)
    assert (deaths(ticks), halted(ticks)) == (0, {})
    assert ticks.instance.get_runs_count(dg.RunsFilter(statuses=[Status.QUEUED])) == 4


def test_a_halted_file_is_asked_for_again_when_it_changes_or_is_requeued(ticks: Ticks) -> None:
    for name in ("changed.jsonl", "requeued.jsonl"):
        ticks.place.drop(name, [row(store_id=name)])
    for _ in range(3):
        for request in ticks.tick():
            ticks.instance.report_run_failed(ticks.launch(request, Status.STARTING))
    assert ticks.names() == []
    assert sorted(halted(ticks)) == ["changed.jsonl", "requeued.jsonl"]
    ticks.place.drop("changed.jsonl", [row(store_id="changed"), row("2", store_id="changed")])
    assert ticks.names() == ["changed.jsonl"]
    requeue(ticks.place.pipeline, "requeued.jsonl")
    assert sorted(ticks.names()) == ["changed.jsonl", "requeued.jsonl"]


def test_a_halted_file_does_not_hold_up_the_others_of_its_store(ticks: Ticks) -> None:
    ticks.place.drop("day1.jsonl", [row(day="2025-09-01")])
    for _ in range(3):
        (request,) = ticks.tick()
        ticks.instance.report_run_failed(ticks.launch(request, Status.STARTING))
    ticks.place.drop("day2.jsonl", [row(day="2025-09-02")])
    assert ticks.names() == ["day2.jsonl"]


def test_an_unsettled_file_is_asked_for_when_two_looks_saw_it_unchanged(
    unsettled_ticks: Ticks,
) -> None:
    ticks = unsettled_ticks
    ticks.place.drop("a.jsonl", [row()])
    assert ticks.names() == []
    ticks.advance(4)
    assert ticks.names() == []
    ticks.advance(1.5)
    assert ticks.names() == ["a.jsonl"]


def test_a_file_that_grew_between_two_looks_starts_to_settle_anew(unsettled_ticks: Ticks) -> None:
    ticks = unsettled_ticks
    ticks.place.drop("a.jsonl", [row()])
    assert ticks.names() == []
    ticks.advance(6)
    ticks.place.drop("a.jsonl", [row(), row("2")])
    assert ticks.names() == []
    ticks.advance(6)
    assert ticks.names() == ["a.jsonl"]


def test_a_lost_cursor_only_starts_the_looks_anew(unsettled_ticks: Ticks) -> None:
    ticks = unsettled_ticks
    ticks.place.drop("a.jsonl", [row()])
    assert ticks.names() == []
    ticks.advance(6)
    ticks.cursor = None
    assert ticks.names() == []
    ticks.advance(6)
    assert ticks.names() == ["a.jsonl"]


def test_the_cursor_stays_small_with_five_hundred_arriving_files(unsettled_ticks: Ticks) -> None:
    ticks = unsettled_ticks
    for number in range(500):
        ticks.place.drop(f"{'é' * 100}-{number:03}.jsonl", [row(store_id=number)])
    assert ticks.names() == []
    assert ticks.cursor is not None
    assert len(ticks.cursor.encode()) < 16_000
    ticks.advance(6)
    assert len(ticks.tick()) == 50
    assert len(ticks.cursor.encode()) < 16_000


def test_while_the_catalogue_cannot_be_reached_the_sensor_says_so_and_asks_for_nothing(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", [row()])
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else answers there
        port = closed.getsockname()[1]
        url = f"mysql+mysqlconnector://reader:secret@127.0.0.1:{port}/catalogue"
        monkeypatch.setenv("CATALOGUE_URL", url)
        with (
            dg.DagsterInstance.ephemeral() as instance,
            dg.build_sensor_context(
                instance=instance, resources={"pipeline": PipelineResource()}
            ) as context,
        ):
            result = product_inbox_sensor.evaluate_tick(context)
    assert result.run_requests == []
    assert result.skip_message is not None
    assert f"127.0.0.1:{port}/catalogue cannot be reached" in result.skip_message
    assert "CATALOGUE_URL" in result.skip_message
    assert "secret" not in result.skip_message
    assert workplace.files("product_inbox") == ["a.jsonl"]
