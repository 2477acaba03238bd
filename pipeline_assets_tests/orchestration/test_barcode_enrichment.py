"""Job and sensor of barcode enrichment, on a real instance."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.sensors import barcode_enrichment_inbox_sensor
from pipeline_assets.services.enrichment.claims import begin_alone
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.enrichment.shop import (
    Operator,
    Shop,
    at_shop,
    gtin,
    linked_page,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

JOB = "barcode_enrichment"


@pytest.fixture
def shop(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that the settings name."""
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        yield shop


def run(place: Workplace, file: str | None = None) -> dg.ExecuteInProcessResult:
    """Execute the job, for a file where one is named."""
    config = {"ops": {"enriched_barcodes": {"config": {"file": file}}}} if file else {}
    return place.definitions.resolve_job_def(JOB).execute_in_process(
        instance=place.instance, run_config=config, raise_on_error=False
    )


def materialized(place: Workplace) -> list[dict[str, Any]]:
    """The metadata of each materialization of `enriched_barcodes`, newest first."""
    key = dg.AssetKey("enriched_barcodes")
    records = place.instance.fetch_materializations(key, limit=100).records
    return [
        {name: value.value for name, value in record.asset_materialization.metadata.items()}
        for record in records
        if record.asset_materialization
    ]


def observed(place: Workplace) -> list[dict[str, Any]]:
    """The metadata of each observation of `enriched_barcodes`, newest first."""
    key = dg.AssetKey("enriched_barcodes")
    records = place.instance.fetch_observations(key, limit=100).records
    return [
        {name: value.value for name, value in record.asset_observation.metadata.items()}
        for record in records
        if record.asset_observation
    ]


def messages(place: Workplace, run_id: str) -> list[str]:
    """What the run's log says."""
    return [entry.user_message for entry in place.instance.all_logs(run_id)]


def test_a_run_without_config_takes_the_oldest_file_and_tells_its_figures(
    workplace: Workplace, shop: Shop
) -> None:
    shop.pages["3"] = linked_page(mpn="none")
    newer = [shop.row("1")]
    newer[0]["metadata"]["scraped_date"] = "2025-09-24"
    to_enrich(workplace, "a-newer.jsonl", newer)
    to_enrich(
        workplace, "b-older.jsonl", [shop.row("1", barcode=gtin(1)), shop.row("2"), shop.row("3")]
    )
    result = run(workplace)
    assert result.success
    (figures,) = materialized(workplace)
    wanted = {
        "file": "b-older.jsonl",
        "company": "coles",
        "store": "COL:401",
        "delivered_to": "product_inbox/b-older.jsonl",
        "file_rows_read": "3",
        "file_rows_wanted": "2",
        "file_rows_from_catalogue": "0",
        "file_rows_found": "1",
        "file_rows_none": "1",
        "file_rows_blocked": "0",
        "file_requests": "2",
        "dagster/row_count": 1,
    }
    assert {name: figures[name] for name in wanted} == wanted
    assert workplace.files("barcode_enrichment_inbox") == ["a-newer.jsonl"]
    tags = workplace.instance.get_run_by_id(result.run_id)
    assert tags is not None
    assert tags.tags["pipeline/file"] == "b-older.jsonl"
    assert tags.tags["dagster/max_runtime"] == "43200"
    assert "0 of 2 rows without a barcode are done, 2 are left" in messages(
        workplace, result.run_id
    )


def test_a_refused_file_goes_to_quarantine_with_its_reason_and_back_to_its_own_inbox(
    workplace: Workplace, shop: Shop
) -> None:
    folder = workplace.data / "barcode_enrichment_inbox"
    assert workplace.pipeline
    (folder / "broken.jsonl").write_text("not a snapshot\n")
    (folder / "latin.jsonl").write_bytes(b"caf\xe9\n")
    assert run(workplace, "broken.jsonl").success
    assert run(workplace, "latin.jsonl").success
    assert [(one["file"], one["reason"]) for one in observed(workplace)] == [
        ("latin.jsonl", "unreadable"),
        ("broken.jsonl", "no_metadata"),
    ]
    assert materialized(workplace) == []
    assert requeue(workplace.pipeline, "broken.jsonl").came_from.startswith("quarantine/")
    assert workplace.files("barcode_enrichment_inbox") == ["broken.jsonl"]


def test_the_same_bytes_once_more_are_a_duplicate(workplace: Workplace, shop: Shop) -> None:
    for _ in range(2):
        to_enrich(workplace, "coles.jsonl", [shop.row("1")])
        assert run(workplace, "coles.jsonl").success
    assert [one["reason"] for one in observed(workplace)] == ["duplicate"]
    assert len(materialized(workplace)) == 1
    assert shop.asked == ["1"]
    assert workplace.files("product_inbox") == ["coles.jsonl"]


def test_a_name_that_is_taken_in_the_product_inbox_is_not_overwritten(
    workplace: Workplace, shop: Shop
) -> None:
    workplace.drop("coles.jsonl", b"mine\n")
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    assert run(workplace, "coles.jsonl").success
    assert workplace.files("product_inbox") == ["coles-2.jsonl", "coles.jsonl"]
    assert (workplace.inbox / "coles.jsonl").read_bytes() == b"mine\n"


def test_a_halted_file_fails_its_run_in_words_and_stays(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.pages_per_session = 1
    Operator(workplace.data / "cookies.txt").export()
    to_enrich(workplace, "coles.jsonl", [shop.row("1"), shop.row("2")])
    result = run(workplace, "coles.jsonl")
    assert not result.success
    said = "\n".join(dg.serialize_value(e) for e in workplace.instance.all_logs(result.run_id))
    assert "5 renewed sessions in a row were blocked" in said
    assert "pipeline-assets requeue coles.jsonl" in said
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]
    left = workplace.enrich().left
    assert list(left.halted) == ["coles.jsonl"]


def test_a_run_beside_another_does_nothing_and_says_so(workplace: Workplace, shop: Shop) -> None:
    to_enrich(workplace, "one.jsonl", [shop.row("1")])
    to_enrich(workplace, "two.jsonl", [shop.row("2")])
    path = workplace.data / "barcode_enrichment_inbox" / "one.jsonl"
    begin_alone(workplace.pipeline, "another run", InboxFile.from_stat("one.jsonl", path.stat()))
    assert run(workplace, "two.jsonl").success
    (seen,) = observed(workplace)
    assert (seen["outcome"], "one.jsonl is being enriched" in seen["message"]) == ("busy", True)
    assert shop.asked == []
    assert workplace.files("barcode_enrichment_inbox") == ["one.jsonl", "two.jsonl"]


class Ticks:
    """The sensor's ticks; the clock is the real one plus an offset."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.offset = timedelta()
        place.change(clock=lambda: utc_now() + self.offset)
        self.idle_because: str | None = None

    def tick(self) -> list[dg.RunRequest]:
        """What the sensor asks for now."""
        with dg.build_sensor_context(
            instance=self.place.instance, resources={"pipeline": self.place.resource}
        ) as context:
            result = barcode_enrichment_inbox_sensor.evaluate_tick(context)
        self.idle_because = result.skip_message
        return list(result.run_requests or [])


def test_the_sensor_asks_for_one_run_at_a_time(workplace: Workplace, shop: Shop) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        to_enrich(workplace, name, [shop.row("1", name=name)])
    ticks = Ticks(workplace)
    (request,) = ticks.tick()
    assert request.tags["dagster/max_runtime"] == "43200"
    assert ticks.tick() == []
    assert ticks.idle_because == (
        "A file is being enriched; the others wait, as only one is at a time."
    )
    # The run was asked for and never came to be: after a minute it is asked for again.
    ticks.offset = timedelta(seconds=61)
    (again,) = ticks.tick()
    assert again.tags == request.tags
    ticks.offset = timedelta()
    assert (
        workplace.definitions.resolve_job_def(JOB)
        .execute_in_process(
            instance=workplace.instance, run_config=again.run_config, tags=again.tags
        )
        .success
    )
    (other,) = ticks.tick()
    assert other.tags["pipeline/file"] != request.tags["pipeline/file"]


@pytest.mark.parametrize("name", ["../outside.jsonl", "/etc/hostname", "..", "sub/a.jsonl"])
def test_a_name_that_leads_out_of_the_inbox_fails_clearly_and_asks_nobody(
    workplace: Workplace, shop: Shop, name: str
) -> None:
    result = run(workplace, name)
    assert not result.success
    said = "\n".join(dg.serialize_value(e) for e in workplace.instance.all_logs(result.run_id))
    assert "is not the name of a file directly in" in said
    assert shop.asked == []
    assert workplace.rows("SELECT * FROM file_attempts") == []
