"""What a run tells about its file: tags to filter runs by, a label in an asset's event list."""

from typing import Any

import dagster as dg
import pytest

from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets_tests.enrichment.shop import to_enrich
from pipeline_assets_tests.orchestration.job_runs import observed, run
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    assert workplace.pipeline
    return workplace


def tags(place: Workplace, run_id: str) -> dict[str, str]:
    """The tags that people see, without their prefix."""
    stored = place.instance.get_run_by_id(run_id)
    assert stored is not None
    return {
        name.removeprefix("pipeline/"): value
        for name, value in stored.tags.items()
        if name.startswith("pipeline/")
    }


def outcomes(place: Workplace, *names: str) -> list[str]:
    return [tags(place, run(place, name).run_id)["outcome"] for name in names]


def test_an_accepted_files_run_says_so_with_company_and_store(place: Workplace) -> None:
    place.drop("a.jsonl", [row(company="Coles", store_id="COL:401")])
    (run_id,) = place.drain().run_ids
    assert tags(place, run_id) == {
        "file": "a.jsonl",
        "outcome": "accepted",
        "company": "coles",
        "store": "COL:401",
    }
    assert found_by(place, {"pipeline/company": "coles", "pipeline/store": "COL:401"}) == [run_id]


def found_by(place: Workplace, wanted: dict[str, str | list[str]]) -> list[str]:
    return [one.run_id for one in place.instance.get_runs(dg.RunsFilter(tags=wanted))]


def test_refused_files_and_duplicates_are_told_apart(place: Workplace) -> None:
    place.drop("a.jsonl", [row()])
    place.drop("b.jsonl", b"broken\n")
    assert outcomes(place, "a.jsonl", "b.jsonl") == ["accepted", "quarantined"]
    place.drop("c.jsonl", [row()])
    place.drop("d.jsonl", [row(day="2025-08-01")])
    duplicate, stale = (tags(place, run(place, name).run_id) for name in ("c.jsonl", "d.jsonl"))
    store = {"company": "aldi", "store": "G1"}
    assert duplicate == store | {"file": "c.jsonl", "outcome": "duplicate"}
    assert stale == store | {"file": "d.jsonl", "outcome": "quarantined"}


def test_a_halted_files_run_and_one_that_was_asked_the_impossible_are_told_apart(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(ingest_file, "write_snapshot", fail)
    place.drop("a.jsonl", [row()])
    assert outcomes(place, "a.jsonl", "notes.txt", "never.jsonl") == ["halted", "failed", "failed"]


def test_a_run_without_a_file_says_that_there_was_nothing(place: Workplace) -> None:
    assert tags(place, run(place).run_id) == {"outcome": "nothing"}


def test_an_enriched_files_run_says_so(place: Workplace) -> None:
    to_enrich(place, "a.jsonl", [row(barcode="9300675024235", company="coles", store_id="COL:1")])
    to_enrich(place, "b.jsonl", [])
    found = [tags(place, run_id) for run_id in place.enrich().run_ids]
    enriched, refused = sorted(found, key=lambda one: one["file"])
    assert (enriched["outcome"], enriched["company"], enriched["store"]) == (
        "enriched",
        "coles",
        "COL:1",
    )
    assert (refused["outcome"], "store" in refused) == ("quarantined", False)


@pytest.mark.parametrize("hostile", ["a\u202eb", "x\ny", "a" * 64, "<b>&", "\U0001f600" * 20])
def test_a_hostile_store_is_a_tag_on_one_line(place: Workplace, hostile: str) -> None:
    place.drop("a.jsonl", [row(store_id=hostile)])
    result = run(place, "a.jsonl")
    assert result.success
    assert tags(place, result.run_id)["store"].isprintable()
    assert (tags(place, result.run_id)["store"] == hostile) is hostile.isprintable()


def test_a_run_that_repeats_another_does_not_show_the_others_outcome(place: Workplace) -> None:
    place.drop("a.jsonl", [row()])
    first = run(place, "a.jsonl")
    copied = place.instance.get_run_by_id(first.run_id)
    assert copied is not None
    job = place.definitions.resolve_job_def("product_update")
    seen: list[str] = []

    def note(*_: Any) -> Any:
        (active,) = place.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        seen.append(active.tags["pipeline/outcome"])
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline_assets.orchestration.product_update.ingest_file", note)
        job.execute_in_process(
            instance=place.instance,
            run_config={"ops": {"ingest_file": {"config": {"file": "a.jsonl"}}}},
            tags=dict(copied.tags),
            raise_on_error=False,
        )
    assert seen == ["processing"]


def test_a_file_that_another_run_has_taken_is_a_success_that_says_which(place: Workplace) -> None:
    place.drop("a.jsonl", [row()])
    first = run(place, "a.jsonl")
    again = run(place, "a.jsonl")
    assert again.success
    (seen,) = observed(place, again.run_id)
    assert seen["outcome"] == "vanished"
    assert seen["message"].startswith(
        f"a.jsonl is no longer in product_inbox/: run {first.run_id} has processed and archived it"
    )
    assert tags(place, again.run_id)["outcome"] == "vanished"


def test_a_file_that_another_run_has_refused_is_a_success_that_says_how_to_send_it_back(
    place: Workplace,
) -> None:
    place.drop("a b.jsonl", b"broken\n")
    run(place, "a b.jsonl")
    again = run(place, "a b.jsonl")
    assert again.success
    (seen,) = observed(place, again.run_id)
    assert "has refused it" in seen["message"]
    assert seen["message"].endswith("run: pipeline-assets requeue 'a b.jsonl'")


def test_a_sensors_run_whose_file_is_gone_succeeds_even_if_nobody_has_heard_of_it(
    place: Workplace,
) -> None:
    job = place.definitions.resolve_job_def("product_update")
    result = job.execute_in_process(
        instance=place.instance,
        run_config={"ops": {"ingest_file": {"config": {"file": "a.jsonl"}}}},
        tags={"pipeline/file": "a.jsonl", ".dagster/pipeline_fingerprint": "1-2-3"},
        raise_on_error=False,
    )
    assert result.success
    assert observed(place, result.run_id)[0]["outcome"] == "vanished"


def test_an_assets_events_are_labelled_with_store_and_file(place: Workplace) -> None:
    place.drop("a.jsonl", [row()])
    place.drop("b\n.jsonl", b"broken\n")
    place.drain()
    instance, key = place.instance, dg.AssetKey("processed_products")
    (made,) = instance.fetch_materializations(key, limit=9).records
    (seen,) = instance.fetch_observations(key, limit=9).records
    assert (made.partition_key, seen.partition_key) == (
        "aldi G1: a.jsonl",
        "b\\n.jsonl (no_metadata)",
    )
    assert made.asset_materialization is not None
    assert made.asset_materialization.description == "`a.jsonl` of `aldi G1`: archived"
    observation = seen.asset_observation
    assert observation is not None
    assert observation.description == "`b\\n.jsonl`: quarantined (no_metadata)"


def test_what_was_made_from_an_asset_is_out_of_date_once_another_file_was_accepted(
    place: Workplace,
) -> None:
    versions = []
    for n in (1, 2):
        place.drop(f"{n}.jsonl", [row(day=f"2025-09-0{n}")])
        (run_id,) = place.drain().run_ids
        event = place.instance.get_latest_materialization_event(dg.AssetKey("store_prices"))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.tags is not None
        versions.append(event.asset_materialization.tags["dagster/data_version"])
        assert versions[-1] == run_id
    assert len(set(versions)) == 2
