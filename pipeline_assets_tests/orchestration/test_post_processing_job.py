"""Job `post_process_only` on a persistent instance: what runs, is reported and fails."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest

from pipeline_assets.orchestration.names import POST_PROCESSING
from pipeline_assets.reporting.pictures.drawing import COLOURS, GREY
from pipeline_assets.services.post_processing.steps import STEPS as DECLARED
from pipeline_assets_tests.reporting.shown_pictures import colours_in, picture_in
from pipeline_assets_tests.workplace import Workplace, row

STEPS = [step.name for step in DECLARED]
GROUPS, EXPORT = STEPS.index("reconciled_groups"), STEPS.index("exported_translation_tables")


def run(
    place: Workplace, assets: list[str] | None = None, **config: Any
) -> dg.ExecuteInProcessResult:
    """The job to its end, or what the UI launches when only some of its assets are chosen."""
    keys = [dg.AssetKey(name) for name in assets] if assets else None
    return place.definitions.resolve_job_def("post_process_only").execute_in_process(
        instance=place.instance,
        asset_selection=keys,
        run_config={"resources": {"post_processing": {"config": config}}} if config else {},
        raise_on_error=False,
    )


def steps(place: Workplace, run_id: str) -> list[str]:
    """The steps that a run executed, in their order, as the instance has stored it; no checks."""
    events = place.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
    return [event.step_key for event in events if event.step_key in STEPS]


def materialized(place: Workplace, run_id: str) -> dict[str, Mapping[str, Any]]:
    """The metadata of what a run materialized, by asset, as the instance has stored it."""
    events = place.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    found = [event.asset_materialization for event in events if event.asset_materialization]
    return {
        one.asset_key.to_user_string(): {name: value.value for name, value in one.metadata.items()}
        for one in found
    }


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two stores of alike prices, brands to merge, and a file that waits in the inbox."""
    rows = {
        "G1": ("Kellogg (Aust) Pty Ltd", "9300000000019"),
        "G2": ("Kellogg's", "9300000000019"),
    }
    day = workplace.pipeline.clock().date().isoformat()
    for sku, (store_id, (brand, barcode)) in enumerate(rows.items()):
        lines = [
            row(f"{sku}", 3, brand=brand, barcode=barcode, store_id=store_id, day=day),
            row("9", 2, name="Oats", store_id=store_id, day=day),
        ]
        workplace.take(f"{store_id}.jsonl", lines)
    workplace.drop("waits.jsonl", [row(store_id="G3")])
    return workplace


def test_the_job_is_exactly_the_group_of_the_steps(place: Workplace) -> None:
    graph = place.definitions.resolve_asset_graph()
    group = {key for key in graph.materializable_asset_keys if group_of(place, key)}
    assert {key.to_user_string() for key in group} == set(STEPS)
    job = place.definitions.resolve_job_def("post_process_only")
    assert set(job.asset_layer.selected_asset_keys) == group


def group_of(place: Workplace, key: dg.AssetKey) -> bool:
    return place.definitions.resolve_asset_graph().get(key).group_name == POST_PROCESSING


def test_it_runs_all_steps_in_order_and_none_of_the_ingest(place: Workplace) -> None:
    before = place.rows("SELECT * FROM ingested_files"), place.rows("SELECT * FROM file_attempts")
    result = run(place)
    assert result.success
    assert steps(place, result.run_id) == STEPS
    assert list(materialized(place, result.run_id)) == STEPS
    assert place.files("product_inbox") == ["waits.jsonl"]
    after = place.rows("SELECT * FROM ingested_files"), place.rows("SELECT * FROM file_attempts")
    assert after == before


@pytest.mark.from_nothing
def test_it_needs_no_file_and_no_catalogue_beforehand(workplace: Workplace) -> None:
    result = run(workplace)
    assert result.success
    assert steps(workplace, result.run_id) == STEPS
    assert workplace.files("translation_tables") == ["brands.json", "products.json"]


def test_it_does_not_even_look_for_an_inbox(place: Workplace) -> None:
    place.inbox.rename(place.data / "elsewhere")
    assert run(place).success
    assert not place.inbox.exists()


def test_the_materializations_tell_what_was_changed_in_figures_and_words(
    place: Workplace,
) -> None:
    told = materialized(place, run(place).run_id)
    brands = told["brand_translations"]
    assert (brands["changed"], brands["written"], brands["withdrawn"]) == (1, 1, 0)
    assert brands["details"] == "- aust kellogg ltd pty = kelloggs (plural)"
    assert brands["dry_run"] is False
    assert brands["seconds"] >= 0
    assert told["reconciled_brands"]["aliases_moved"] == 1
    assert told["cleaned_catalogue"]["brands_removed"] == 1
    assert told["reconciled_groups"]["stores"] == 2
    assert told["exported_translation_tables"]["files_written"] == 2
    again = materialized(place, run(place).run_id)
    assert {name: figures["changed"] for name, figures in again.items()} == dict.fromkeys(STEPS, 0)
    assert "details" not in again["brand_translations"]


def test_the_groups_are_shown_in_pictures_and_in_sentences_once_nothing_is_new(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    day = workplace.pipeline.clock().date().isoformat()
    for store_id, price in (("G1", 2), ("G2", 2), ("G3", 3)):
        workplace.take(f"{store_id}.jsonl", [row("9", price, store_id=store_id, day=day)])
    shown = materialized(workplace, run(workplace).run_id)["reconciled_groups"]
    agreement = picture_in(shown["agreement_of_stores"])
    assert agreement.size == (614, 278)
    equal, different = (colours_in(agreement)[colour] for colour in ("#fde725", "#46327e"))
    assert equal / different == pytest.approx(5 / 4, rel=0.05)  # pairs of stores, both ways
    groups = colours_in(picture_in(shown["groups_before_and_after"]))
    assert groups[GREY] / groups[COLOURS[0]] == pytest.approx(4 / 2, rel=0.05)  # in stores
    assert os.environ["MPLCONFIGDIR"] == str(workplace.home / ".dagster" / "matplotlib")
    again = materialized(workplace, run(workplace).run_id)["reconciled_groups"]
    assert again["agreement_of_stores"].startswith("No store had to be compared with another")
    assert again["groups_before_and_after"] == "No store moved to another group."


def test_one_asset_can_be_materialized_alone(place: Workplace) -> None:
    result = run(place, ["reconciled_groups"])
    assert result.success
    assert steps(place, result.run_id) == ["reconciled_groups"]
    assert place.rows("SELECT step FROM post_processing_steps") == [("reconciled_groups",)]
    assert place.files("translation_tables") == []


def test_each_step_can_be_materialized_alone_and_together_they_are_the_job(
    place: Workplace,
) -> None:
    for step in STEPS:
        assert steps(place, run(place, [step]).run_id) == [step]
    whole = materialized(place, run(place).run_id)
    assert {figures["changed"] for figures in whole.values()} == {0}


def test_a_run_can_be_told_its_thresholds(place: Workplace) -> None:
    wanted = "SELECT COUNT(*) FROM store_groups"
    run(place)
    assert place.one(wanted) == 2  # one of three SKUs in common
    told = materialized(place, run(place, min_common="0.3").run_id)
    assert told["reconciled_groups"]["merges"] == 1
    assert place.one(wanted) == 1
    told = materialized(place, run(place, current_days=0, min_common="0.3").run_id)
    assert told["reconciled_groups"]["flags_changed"] == 1
    relaxed = run(place, current_days=0, min_common="0.3", relaxed_staleness=True)
    told = materialized(place, relaxed.run_id)
    assert told["reconciled_groups"]["anchors_flagged"] == 0


def test_a_threshold_that_is_none_fails_the_run_before_its_first_step(place: Workplace) -> None:
    result = run(place, min_agreement="much")
    assert not result.success
    assert steps(place, result.run_id) == []


def test_a_dry_run_shows_the_plan_and_changes_nothing(place: Workplace) -> None:
    before = place.tables(without=())
    result = run(place, dry_run=True, min_common="0.3")
    assert result.success
    assert steps(place, result.run_id) == STEPS
    told = materialized(place, result.run_id)
    assert {figures["dry_run"] for figures in told.values()} == {True}
    assert told["brand_translations"]["written"] == 1
    assert told["reconciled_groups"]["merges"] == 1
    assert "joins G1" in told["reconciled_groups"]["details"]
    assert place.tables(without=()) == before
    assert place.files("translation_tables") == []


def test_a_failed_step_leaves_its_work_undone_and_the_earlier_ones_done(place: Workplace) -> None:
    # The database refuses the last thing that the fifth step writes.
    with place.pipeline.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_groups BEFORE INSERT ON store_comparisons "
            "BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
    groups = "SELECT * FROM store_groups"
    members = "SELECT * FROM store_group_members"
    before = place.rows(groups), place.rows(members)
    result = run(place, min_common="0.3")
    assert not result.success
    assert steps(place, result.run_id) == STEPS[: GROUPS + 1]
    assert list(materialized(place, result.run_id)) == STEPS[:GROUPS]
    assert (place.rows(groups), place.rows(members)) == before
    seen = place.rows("SELECT step FROM post_processing_steps ORDER BY step")
    assert [step for (step,) in seen] == [
        "brand_translations",
        "product_translations",
        "reconciled_brands",
        "reconciled_products",
    ]
    assert place.one("SELECT COUNT(*) FROM brand_translations") == 1
    assert place.files("translation_tables") == []
    stored = place.instance.get_run_by_id(result.run_id)
    assert stored is not None
    assert stored.status is dg.DagsterRunStatus.FAILURE
    with place.pipeline.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER no_groups")
    assert run(place, min_common="0.3").success
    assert place.one("SELECT COUNT(*) FROM store_groups") == 1


def test_an_export_that_fails_leaves_the_catalogue_done(place: Workplace) -> None:
    folder = place.data / "translation_tables"
    folder.rmdir()
    folder.write_text("a file where the folder should be")
    result = run(place)
    assert not result.success
    assert list(materialized(place, result.run_id)) == STEPS[:EXPORT]
    assert place.one("SELECT COUNT(*) FROM brands") == 1
    folder.unlink()
    assert run(place).success
    assert place.files("translation_tables") == ["brands.json", "products.json"]


def test_dagster_itself_runs_the_job_from_the_command_line(place: Workplace) -> None:
    arguments = ["-m", "pipeline_assets.definitions", "-j", "post_process_only"]
    ended = subprocess.run(
        [sys.executable, "-m", "dagster", "job", "execute", *arguments],
        cwd=place.home,
        env={name: os.environ[name] for name in ("PATH", "HOME")} | place.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    (stored,) = place.instance.get_runs()
    assert (stored.job_name, stored.status) == (
        "post_process_only",
        dg.DagsterRunStatus.SUCCESS,
    )
    assert steps(place, stored.run_id) == STEPS
    assert place.files("product_inbox") == ["waits.jsonl"]
    assert place.one("SELECT COUNT(*) FROM ingested_files") == 2
