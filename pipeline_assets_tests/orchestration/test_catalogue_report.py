"""Asset `catalogue_report` alone, with its group, and at the end of a drain."""

from typing import Any

import dagster as dg

from pipeline_assets.definitions import build_defs
from pipeline_assets.orchestration.catalogue_report import make_catalogue_report
from pipeline_assets.orchestration.drain import make_report, post_process
from pipeline_assets.orchestration.names import CATALOGUE_REPORT, PUBLISHED
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.workplace import Workplace, row

KEY = dg.AssetKey(CATALOGUE_REPORT)


def metadata(place: Workplace) -> dict[str, Any]:
    (record,) = place.instance.fetch_materializations(KEY, limit=1).records
    assert record.asset_materialization is not None
    return {name: value.value for name, value in record.asset_materialization.metadata.items()}


def make(place: Workplace) -> dg.JobExecutionResult | None:
    return make_catalogue_report(place.pipeline, place.instance, place.definitions)


def test_the_asset_is_in_its_group_after_post_processing() -> None:
    graph = build_defs().resolve_asset_graph()
    assert KEY in dg.AssetSelection.groups(PUBLISHED).resolve(graph)
    assert graph.get(KEY).parent_keys == {dg.AssetKey(STEPS[-1].name)}


def test_it_is_materialized_alone_and_shows_where_the_page_is(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1), row("2", 2, is_on_special=True, price_was=3)])
    result = make(workplace)
    assert result is not None
    assert result.success
    assert [event.asset_key for event in result.get_asset_materialization_events()] == [KEY]
    found = metadata(workplace)
    path = workplace.pipeline.folders.catalogue_report
    assert found["path"] == str(path)
    assert found["bytes"] == path.stat().st_size
    figures = ("products", "companies", "prices", "prices_on_special", "stores_scraped")
    assert [found[name] for name in figures] == [2, 1, 2, 1, 1]


def test_it_is_not_made_again_until_something_has_changed(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1)])
    assert make(workplace) is not None
    assert make(workplace) is None
    workplace.take("bad.jsonl", b"\xff\xfe")
    assert make(workplace) is not None


def test_failing_checks_are_on_the_page_with_what_they_say(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1, day="2025-01-01")])
    parts = workplace.instance, workplace.definitions
    post_process(*parts, PostProcessingOptions())
    make_report(workplace.pipeline, *parts)
    make(workplace)
    page = workplace.pipeline.folders.catalogue_report.read_text("utf-8")
    assert "stale_stores" in page
    assert "1 of 1 store have no snapshot of the last 7 days" in page
    assert " failing</span>" in page
