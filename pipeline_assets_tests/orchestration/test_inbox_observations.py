"""The inboxes show what they hold: observations by the sensors, whenever that changes."""

from typing import Any

import dagster as dg
import pytest

from pipeline_assets.orchestration.sensors import (
    barcode_enrichment_inbox_sensor,
    product_inbox_sensor,
)
from pipeline_assets_tests.workplace import Workplace, row

SENSORS = {
    "product_inbox": product_inbox_sensor,
    "barcode_enrichment_inbox": barcode_enrichment_inbox_sensor,
}


class Inbox:
    """An inbox, the ticks of its sensor, and what its page would show."""

    def __init__(self, place: Workplace, name: str) -> None:
        self.place = place
        self.name = name
        self.folder = place.pipeline.folders.data / name
        self.cursor: str | None = None
        self.says: str | None = None

    def tick(self) -> list[dict[str, Any]]:
        """The observations that a tick makes, recorded as the daemon does it."""
        with dg.build_sensor_context(
            instance=self.place.instance,
            cursor=self.cursor,
            resources={"pipeline": self.place.resource},
        ) as context:
            result = SENSORS[self.name].evaluate_tick(context)
        self.cursor, self.says = result.cursor, result.skip_message
        for event in result.asset_events:
            self.place.instance.report_runless_asset_event(event)
        return [
            {key: value.value for key, value in event.metadata.items()}
            for event in result.asset_events
        ]

    def latest(self) -> dict[str, Any]:
        """The figures of the newest observation."""
        records = self.place.instance.fetch_observations(dg.AssetKey(self.name), limit=1).records
        observed = records[0].asset_observation
        assert observed is not None
        return {key: value.value for key, value in observed.metadata.items()}


@pytest.fixture(params=SENSORS)
def inbox(workplace: Workplace, request: pytest.FixtureRequest) -> Inbox:
    """Each of the inboxes, empty."""
    return Inbox(workplace, request.param)


NOTHING = {"waiting": 0, "arriving": 0, "in_progress": 0, "halted": 0, "unsuitable": 0}


def test_an_inbox_is_observed_once_and_again_only_when_it_has_changed(inbox: Inbox) -> None:
    assert inbox.tick() == [NOTHING]
    assert inbox.says == f"There is nothing in {inbox.name}/."
    assert inbox.tick() == []
    (inbox.folder / "notes.txt").write_text("mine")
    (observed,) = inbox.tick()
    assert inbox.says is not None
    assert inbox.says.startswith(
        f"No file in {inbox.name}/ can be processed now: 1 is not a file to process"
    )
    assert {name: observed[name] for name in NOTHING} == NOTHING | {"unsuitable": 1}
    (stays,) = observed["what_stays"].records
    assert stays.data["name"] == "notes.txt"
    assert stays.data["why"].startswith("its name does not end in .jsonl")
    assert inbox.tick() == []
    assert inbox.latest()["unsuitable"] == 1


def test_the_tick_that_requests_a_run_observes_what_it_saw(workplace: Workplace) -> None:
    inbox = Inbox(workplace, "product_inbox")
    workplace.drop("a.jsonl", [row()])
    workplace.drop("b.jsonl", [row(store_id="G2")])
    assert inbox.tick() == [NOTHING | {"waiting": 2}]
    workplace.drain()
    assert inbox.tick() == [NOTHING]


def test_a_file_that_is_still_changing_counts_as_arriving(workplace: Workplace) -> None:
    workplace.change(settings={"settle_s": 3600})
    inbox = Inbox(workplace, "product_inbox")
    workplace.drop("a.jsonl", [row()])
    assert inbox.tick() == [NOTHING | {"arriving": 1}]
    assert inbox.says == "No file in product_inbox/ can be processed now: 1 is arriving."


def test_hostile_names_are_spelled_out_and_long_ones_cut(inbox: Inbox) -> None:
    (inbox.folder / ("x" * 250)).write_text("")
    (inbox.folder / "a\u202etxt.exe\n").write_text("")
    (observed,) = inbox.tick()
    names = {record.data["name"] for record in observed["what_stays"].records}
    assert names == {"x" * 250, "a\\u202etxt.exe\\n"}


def test_a_thousand_entries_make_a_small_event_and_a_small_cursor(inbox: Inbox) -> None:
    for number in range(1000):
        (inbox.folder / f"{number:04}-{'n' * 200}").write_text("")
    (observed,) = inbox.tick()
    assert observed["unsuitable"] == 1000
    assert len(observed["what_stays"].records) == 20
    assert inbox.cursor is not None
    assert len(inbox.cursor) < 1_000
