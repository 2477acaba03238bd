"""Asset checks in runs: which job evaluates which, what they block, how they are stored."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import dagster as dg
import pytest

from pipeline_assets.orchestration.check_results import check_evaluation, check_spec
from pipeline_assets.orchestration.checks import catalogue_check_selection
from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.checks.all_checks import (
    ALL_CHECKS,
    BLOCKING_CHECKS,
    CATALOGUE_CHECKS,
    POST_PROCESSING_CHECKS,
    states,
)
from pipeline_assets.services.checks.check import Check, Severity
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.checks.products import SKUS_HAVE_A_PRODUCT
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.orchestration.check_runs import evaluations, run_job, steps_run
from pipeline_assets_tests.services.checks.judging import break_by
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

GROUPS = [step.name for step in STEPS].index("reconciled_groups")


def names(checks: tuple[Check, ...]) -> list[str]:
    return [f"{check.asset}/{check.name}" for check in checks]


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """One accepted file, post-processed."""
    workplace.take("a.jsonl", [row("1"), row("2", 3, name="Oats 1kg", barcode="9300000000019")])
    workplace.post_process()
    return workplace


def test_post_processing_evaluates_its_checks_and_none_other(place: Workplace) -> None:
    result = run_job(place, "post_process_only")
    assert result.success
    found = evaluations(place, result.run_id)
    assert list(found) == names((*BLOCKING_CHECKS, *POST_PROCESSING_CHECKS))
    assert {evaluation.passed for evaluation in found.values()} == {True}
    assert {str(one.metadata["cause"].value) for one in found.values()} == {"none"}


def test_a_sku_without_a_product_keeps_groups_and_tables_from_being_made(place: Workplace) -> None:
    break_by(place, "UPDATE skus SET product_id = NULL WHERE sku = '2'")
    tables = place.data / "translation_tables"
    for path in tables.iterdir():
        path.unlink()
    result = run_job(place, "post_process_only")
    assert not result.success
    done = [step for step in steps_run(place, result.run_id) if "checks" not in step]
    assert done == [step.name for step in STEPS[:GROUPS]]
    assert list(tables.iterdir()) == []
    found = evaluations(place, result.run_id)["reconciled_products/skus_have_a_product"]
    assert (found.passed, found.blocking) == (False, True)
    assert found.severity is dg.AssetCheckSeverity.ERROR
    table = found.metadata["worst_offenders"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [record.data for record in table.records] == [
        {"company": "aldi", "sku": "2", "name": "Oats 1kg", "product_id": None}
    ]
    (failed,) = result.get_step_failure_events()
    assert failed.step_key == "product_checks"
    error = failed.step_failure_data.error
    assert error is not None
    assert "1 of 2 SKUs belong to no product. Have them placed again" in error.to_string()


def test_a_dry_run_shows_the_plan_even_of_broken_products(place: Workplace) -> None:
    break_by(place, "UPDATE skus SET product_id = NULL WHERE sku = '2'")
    result = run_job(place, "post_process_only", dry_run=True)
    assert result.success
    assert set(steps_run(place, result.run_id)) >= {step.name for step in STEPS}
    found = evaluations(place, result.run_id)["reconciled_products/skus_have_a_product"]
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_warning_stops_nothing(place: Workplace) -> None:
    break_by(place, "DELETE FROM store_group_members")
    result = run_job(place, "post_process_only")
    assert result.success
    found = evaluations(place, result.run_id)["reconciled_groups/stores_are_in_one_group"]
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.description is not None
    assert found.description.startswith("2 problems with store groups: stores in no group")


def rename(place: Workplace, name: str) -> None:
    break_by(place, f"UPDATE skus SET name = '{name}' WHERE sku = '8'")


def test_the_last_verdict_on_shared_barcodes_holds_until_a_file_a_decision_or_a_day_comes(
    place: Workplace,
) -> None:
    check = "reconciled_products/shared_barcodes_agree"

    def result() -> tuple[bool, object]:
        run_id = run_job(place, "post_process_only").run_id
        found = evaluations(place, run_id)[check]
        return found.passed, found.metadata["offenders"].value

    shared = "9300000000019"
    oats = row("8", 4, name="Oats", barcode=shared, company="iga", store_id=1)
    place.take("b.jsonl", [oats])
    assert result() == (True, 0)
    rename(place, "Nails")  # no file does this: it is not seen before something else happens
    assert result() == (True, 0)
    place.take("c.jsonl", [row("9", 4, name="Salt", company="iga", store_id=2)])
    assert result() == (False, 1)
    rename(place, "Oats")
    assert result() == (False, 1)
    decide(place.pipeline, "never", "iga/9", "iga/8")
    assert result() == (True, 0)
    rename(place, "Nails")
    assert result() == (True, 0)
    now = place.pipeline.clock()
    today, tomorrow = (
        states(
            replace(place.pipeline, clock=partial(datetime.__add__, now, timedelta(days))),
            POST_PROCESSING_CHECKS,
            lambda inbox: runs_of_inbox(place.instance, inbox),
            PostProcessingOptions(),
        )
        for days in (0, 1)
    )
    assert today.keys() == tomorrow.keys() == {"shared_barcodes_agree"}
    assert today != tomorrow


def test_a_job_with_the_catalogues_checks_evaluates_all_of_them_in_one_step(
    place: Workplace,
) -> None:
    job = dg.define_asset_job(
        "looks", catalogue_check_selection(), executor_def=dg.in_process_executor
    )
    definitions = dg.Definitions.merge(place.definitions, dg.Definitions(jobs=[job]))
    result = definitions.resolve_job_def("looks").execute_in_process(instance=place.instance)
    assert result.success
    assert steps_run(place, result.run_id) == ["catalogue_checks"]
    found = evaluations(place, result.run_id)
    assert list(found) == names(CATALOGUE_CHECKS)
    failed = [name for name, evaluation in found.items() if not evaluation.passed]
    assert failed == ["store_prices/stale_stores"]  # of 2025


def test_the_inboxes_checks_can_be_run_alone(place: Workplace) -> None:
    result = run_job(place, "inbox_checks")
    assert result.success
    assert list(evaluations(place, result.run_id)) == names(INBOX_CHECKS)


def test_a_files_own_run_evaluates_no_check_of_the_whole_catalogue(place: Workplace) -> None:
    place.drop("b.jsonl", [row("1", day="2025-09-02")])
    result = run_job(place, "product_update")
    assert result.success
    assert evaluations(place, result.run_id).keys().isdisjoint(names(ALL_CHECKS))


def test_each_check_speaks_of_an_asset_of_the_graph_and_only_errors_block(
    workplace: Workplace,
) -> None:
    graph = workplace.definitions.resolve_asset_graph()
    assert {dg.AssetKey(check.asset) for check in ALL_CHECKS} <= graph.get_all_asset_keys()
    assert {check_spec(check).key for check in ALL_CHECKS} <= graph.asset_check_keys
    assert [one for one in ALL_CHECKS if one.is_blocking] == list(BLOCKING_CHECKS)
    assert [one for one in ALL_CHECKS if one.severity is Severity.ERROR] == list(BLOCKING_CHECKS)


@pytest.mark.parametrize("sign", ["x", "é", "\u202e", "😀", '"', "\\", "\ud800"])
def test_a_stored_evaluation_stays_below_48_kb_whatever_files_are_called(
    workplace: Workplace, sign: str
) -> None:
    text = sign * 10_000
    columns = tuple(f"column {number}" for number in range(10))
    verdict = Verdict(
        passed=False,
        summary=text,
        figures={f"company {number}": text for number in range(5)} | {"share": 0.5},
        columns=columns,
        rows=[(text,) * 10] * 100,
        total=100,
        cause="many",
    )
    workplace.instance.report_runless_asset_event(check_evaluation(SKUS_HAVE_A_PRODUCT, verdict))
    key = check_spec(SKUS_HAVE_A_PRODUCT).key
    (record,) = workplace.instance.event_log_storage.get_asset_check_execution_history(key, 1)
    assert record.event is not None
    assert 10_000 < len(dg.serialize_value(record.event).encode()) < 48 * 1024
    evaluation = record.event.asset_check_evaluation
    assert evaluation is not None
    shown = evaluation.metadata["offenders_shown"].value
    assert isinstance(shown, int)
    assert shown > 1
