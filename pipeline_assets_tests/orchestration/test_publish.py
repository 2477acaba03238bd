"""The group `published` in Dagster: its job, its assets' figures, and when it is requested."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from pipeline_assets.orchestration import published
from pipeline_assets.orchestration.published import published_data_sets
from pipeline_assets.orchestration.sensors import publish_sensor
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets.services.publishing.publish import Publication, publish
from pipeline_assets_tests.orchestration.ticks import JobTicks
from pipeline_assets_tests.workplace import Workplace, row

POST_PROCESSING, PUBLISH = "post_process_only", "publish"
ASSETS = {
    "published_prices",
    "published_products",
    "published_price_changes",
    "published_comparison",
    "published_data_package",
}


class PublishTicks(JobTicks):
    """The sensor's ticks, and what the assets show."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, publish_sensor)

    def shown(self, asset: str) -> dict[str, Any]:
        """What the asset's last materialization shows."""
        event = self.instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: one.value for name, one in event.asset_materialization.metadata.items()}


@pytest.fixture
def ticks(workplace: Workplace) -> Iterator[PublishTicks]:
    made = PublishTicks(workplace)
    with made.instance:
        yield made


def take(place: Workplace, store_id: str = "G1") -> None:
    place.take(f"{store_id}.jsonl", [row(store_id=store_id)])


def test_the_job_has_the_whole_group_and_nothing_of_another(workplace: Workplace) -> None:
    definitions = workplace.definitions
    graph = definitions.resolve_asset_graph()
    job = definitions.resolve_job_def(PUBLISH)
    selected = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert selected >= ASSETS
    assert {graph.get(dg.AssetKey(name)).group_name for name in selected} == {"published"}
    for name in ASSETS:
        assert graph.get(dg.AssetKey(name)).parent_keys == {dg.AssetKey(STEPS[-1].name)}


def test_post_processing_does_not_publish(workplace: Workplace) -> None:
    job = workplace.definitions.resolve_job_def(POST_PROCESSING)
    selected = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert selected == {step.name for step in STEPS}


def test_a_run_writes_a_set_and_the_next_one_says_that_nothing_changed(
    ticks: PublishTicks,
) -> None:
    take(ticks.place)
    assert ticks.run(PUBLISH).success
    shown = ticks.shown("published_prices")
    assert shown["is_written"] is True
    assert shown["dagster/row_count"] == 1
    latest = ticks.place.data / "published" / "latest"
    assert shown["path"] == str(latest.resolve() / "prices.parquet")
    assert shown["digest"] == latest.readlink().name
    assert shown["bytes"] == (latest / "prices.parquet").stat().st_size
    assert shown["files"] == 1
    assert ticks.shown("published_price_changes")["files"] == 1
    assert "dagster/row_count" not in ticks.shown("published_data_package")
    assert ticks.run(PUBLISH).success
    for asset in ASSETS:
        assert ticks.shown(asset)["is_written"] is False
        assert ticks.shown(asset)["digest"] == shown["digest"]


def test_the_assets_can_be_materialized_alone(ticks: PublishTicks) -> None:
    take(ticks.place)
    resources = {"pipeline": ticks.place.resource}
    assert dg.materialize([published_data_sets], instance=ticks.instance, resources=resources)
    assert ticks.shown("published_products")["dagster/row_count"] == 1


def test_it_is_due_once_after_each_post_processing(ticks: PublishTicks) -> None:
    assert ticks.tick() == 0
    assert ticks.idle_because == "Post-processing comes first."
    for store_id in ("G1", "G2"):
        take(ticks.place, store_id)
        assert ticks.tick() == 0
        assert ticks.run(POST_PROCESSING).success
        assert ticks.tick() == 1
        assert ticks.run(PUBLISH).success
        assert ticks.tick() == 0
        expected = "Nothing has been post-processed since the last publication."
        assert ticks.idle_because == expected


def test_post_processing_that_ends_while_it_is_published_is_published_too(
    ticks: PublishTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(ticks.place)
    assert ticks.run(POST_PROCESSING).success

    def meanwhile(pipeline: Any) -> Publication:
        found = publish(pipeline)
        assert ticks.run(POST_PROCESSING).success
        return found

    with monkeypatch.context() as patch:
        patch.setattr(published, "publish", meanwhile)
        assert ticks.run(PUBLISH).success
    assert ticks.tick() == 1


def test_a_run_that_failed_is_requested_again_after_an_hour(ticks: PublishTicks) -> None:
    take(ticks.place)
    assert ticks.run(POST_PROCESSING).success
    assert ticks.tick() == 1
    obstacle = ticks.place.data / "published" / "latest"
    obstacle.mkdir()
    assert not ticks.run(PUBLISH).success
    assert ticks.tick() == 0
    assert ticks.idle_because == "Publishing was requested and failed; it is requested again later."
    obstacle.rmdir()
    ticks.advance(3_601)
    assert ticks.tick() == 1
    assert ticks.run(PUBLISH).success


def test_it_can_be_switched_off(ticks: PublishTicks, monkeypatch: pytest.MonkeyPatch) -> None:
    take(ticks.place)
    assert ticks.run(POST_PROCESSING).success
    monkeypatch.setenv("PIPELINE_PUBLISH", "false")
    assert ticks.tick() == 0
    assert ticks.idle_because == "Publishing is switched off (PIPELINE_PUBLISH)."
    assert ticks.run(PUBLISH).success
