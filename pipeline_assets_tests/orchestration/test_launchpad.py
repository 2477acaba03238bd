"""The launchpad: each job opens with its config; what is wrong in it is refused at once."""

from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.snap import JobSnap
from dagster._core.snap.snap_to_yaml import default_values_yaml_from_type_snap

from pipeline_assets.definitions import build_defs
from pipeline_assets_tests.workplace import Workplace, row

CONFIGS: dict[str, Any] = {
    "product_update": {"ops": {"ingest_file": {"config": {"file": ""}}}},
    "barcode_enrichment": {"ops": {"enriched_barcodes": {"config": {"file": ""}}}},
    "post_process_only": {
        "resources": {
            "post_processing": {
                "config": {
                    "dry_run": False,
                    "relaxed_staleness": False,
                    "min_agreement": "0.98",
                    "min_common": "2/3",
                    "current_days": 7,
                }
            }
        }
    },
}


def opens_with(job: dg.JobDefinition) -> Any:
    """What the launchpad shows in its editor when it opens."""
    snapshot = JobSnap.from_job_def(job)
    schema = snapshot.config_schema_snapshot
    root = schema.get_config_snap(snapshot.mode_def_snaps[0].root_config_key or "")
    return yaml.safe_load(default_values_yaml_from_type_snap(schema, root))


def options(**fields: Any) -> dict[str, Any]:
    return {"resources": {"post_processing": {"config": fields}}}


def file(op: str, name: object) -> dict[str, Any]:
    return {"ops": {op: {"config": {"file": name}}}}


@pytest.mark.parametrize("job", CONFIGS)
def test_a_job_opens_with_its_config_and_runs_with_it(workplace: Workplace, job: str) -> None:
    assert opens_with(build_defs().resolve_job_def(job)) == CONFIGS[job]
    made = workplace.definitions.resolve_job_def(job)
    assert workplace.pipeline
    ran = made.execute_in_process(
        instance=workplace.instance, run_config=CONFIGS[job], raise_on_error=False
    )
    assert ran.success


def test_the_thresholds_shown_are_those_in_force_and_nothing_is_as_good_as_they(
    workplace: Workplace,
) -> None:
    workplace.change(settings={"min_agreement": "0.9", "current_days": 3})
    made = workplace.definitions.resolve_job_def("post_process_only")
    shown = opens_with(made)["resources"]["post_processing"]["config"]
    assert (shown["min_agreement"], shown["current_days"]) == ("0.9", 3)
    assert workplace.pipeline
    nothing = options(min_agreement=None, min_common=None, current_days=None)
    assert made.execute_in_process(instance=workplace.instance, run_config=nothing).success


def test_a_file_left_out_or_null_is_the_oldest_that_is_ready(workplace: Workplace) -> None:
    made = workplace.definitions.resolve_job_def("product_update")
    for number, config in enumerate([{}, file("ingest_file", None), file("ingest_file", "")]):
        workplace.drop("a.jsonl", [row(day=f"2025-09-0{number + 1}")])
        assert made.execute_in_process(instance=workplace.instance, run_config=config).success
        assert workplace.files("product_inbox") == []
    assert workplace.one("SELECT count(*) FROM ingested_files") == 3


@pytest.mark.parametrize("job", CONFIGS)
def test_each_field_of_the_config_is_described(workplace: Workplace, job: str) -> None:
    made = workplace.definitions.resolve_job_def(job)
    kind, named = next(iter(CONFIGS[job].items()))
    key, value = next(iter(named.items()))
    fields = made.run_config_schema.config_type.fields[kind].config_type.fields[key]  # type: ignore[attr-defined]
    shown = fields.config_type.fields["config"].config_type.fields
    assert shown.keys() == value["config"].keys()
    assert all(len(field.description) > 20 for field in shown.values())


@pytest.mark.parametrize(
    ("job", "config", "says"),
    [
        ("product_update", file("ingest_file", 7), "file"),
        ("barcode_enrichment", file("enriched_barcodes", ["a.jsonl"]), "file"),
        ("product_update", {"ops": {"ingest_file": {"config": {"fil": "a"}}}}, "fil"),
        ("post_process_only", options(dry_run="perhaps"), "dry_run"),
        ("post_process_only", options(current_days="many"), "current_days"),
        ("post_process_only", options(min_agreement=0.98), "min_agreement"),
        ("post_process_only", options(colour="red"), "colour"),
    ],
)
def test_a_wrong_type_or_name_is_refused_before_there_is_a_run(
    workplace: Workplace, job: str, config: dict[str, Any], says: str
) -> None:
    made = workplace.definitions.resolve_job_def(job)
    with pytest.raises(dg.DagsterInvalidConfigError, match=says):
        made.execute_in_process(instance=workplace.instance, run_config=config)
    assert workplace.instance.get_runs_count() == 0


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (options(current_days=-1), "current_days is -1: give days from 0 to 36,600."),
        (options(current_days=10**7), "current_days is 10000000: give days from 0 to 36,600."),
        (options(min_agreement="98"), "min_agreement is '98': give a share from 0 to 1, such as"),
        (options(min_common="1/0"), "min_common is '1/0': give a share from 0 to 1, such as"),
    ],
)
def test_a_number_out_of_range_is_refused_before_the_first_step(
    workplace: Workplace, config: dict[str, Any], says: str
) -> None:
    made = workplace.definitions.resolve_job_def("post_process_only")
    ran = made.execute_in_process(
        instance=workplace.instance, run_config=config, raise_on_error=False
    )
    assert not ran.success
    events = workplace.instance.all_logs(ran.run_id)
    kinds = {entry.dagster_event.event_type_value for entry in events if entry.dagster_event}
    assert "STEP_START" not in kinds
    errors = [
        str(entry.dagster_event.event_specific_data)
        for entry in events
        if entry.dagster_event and entry.dagster_event.is_failure
    ]
    assert any(says in text for text in errors), errors
