"""Check `refused_files` in Dagster: said with every file, and by a sensor when it changes later."""

from datetime import timedelta

import dagster as dg
import pytest

from pipeline_assets.orchestration.sensors import refused_files_sensor
from pipeline_assets.services.checks import refused
from pipeline_assets.services.operators.acknowledge import acknowledge_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.enrichment.shop import to_enrich
from pipeline_assets_tests.orchestration.job_runs import run, words
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
KEY = dg.AssetCheckKey(dg.AssetKey("processed_products"), "refused_files")
MOST_BYTES = 48_000


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    assert workplace.pipeline
    return workplace


def latest(place: Workplace) -> dg.AssetCheckEvaluation | None:
    """What Dagster has stored last, and so shows."""
    storage = place.instance.event_log_storage
    record = storage.get_latest_asset_check_execution_by_key([KEY]).get(KEY)
    return record.evaluation if record else None


def passed(place: Workplace) -> bool | None:
    evaluation = latest(place)
    return evaluation.passed if evaluation else None


def tick(place: Workplace, hours: float = 0) -> dg.SensorResult | dg.SkipReason:
    """A tick of the sensor; what it evaluates is stored, as the daemon does it."""
    place.change(clock=lambda: utc_now() + timedelta(hours=hours))
    with dg.build_sensor_context(
        instance=place.instance, resources={"pipeline": place.resource}
    ) as context:
        result = refused_files_sensor(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    for event in result.asset_events if isinstance(result, dg.SensorResult) else ():
        place.instance.report_runless_asset_event(event)
    return result


def test_every_files_run_says_what_the_check_finds(place: Workplace) -> None:
    place.drop("good.jsonl", [row()])
    place.drain()
    assert passed(place) is True
    place.drop("bad.jsonl", b"broken\n")
    place.drain()
    found = latest(place)
    assert found is not None
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert not found.blocking
    assert "`bad.jsonl` as no_metadata" in (found.description or "")
    assert found.metadata["refused"].value == 1
    assert isinstance(found.metadata["cause"].value, str)
    place.drop("next.jsonl", [row(day="2025-09-02")])
    (run_id,) = place.drain().run_ids
    assert passed(place) is False
    (event,) = place.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    assert event.run_id == run_id


def test_a_refused_file_of_the_enrichment_inbox_fails_the_check_of_its_run(
    place: Workplace,
) -> None:
    to_enrich(place, "bad.jsonl", [])
    place.enrich()
    found = latest(place)
    assert found is not None
    assert not found.passed
    assert "`bad.jsonl` as no_metadata" in (found.description or "")


@pytest.mark.parametrize(("sign", "times"), [("\U0001f600", 55), ("\x01", 220), ("`", 220)])
def test_two_hundred_refused_files_with_hostile_names_fit_into_what_mysql_keeps(
    place: Workplace, sign: str, times: int
) -> None:
    for n in range(200):
        place.take(f"{n:03}" + sign * times + ".jsonl", b"broken %d\n" % n)
    tick(place)
    found = latest(place)
    assert found is not None
    assert found.metadata["refused"].value == 200
    assert " more. For each, remove the cause " in (found.description or "")
    assert len(dg.serialize_value(found)) < MOST_BYTES
    shown = found.metadata["worst_offenders"].value
    assert len(shown.records) >= 5  # type: ignore[union-attr]


def test_the_sensor_says_it_anew_when_a_file_is_acknowledged_or_requeued_or_old(
    place: Workplace,
) -> None:
    for n in (1, 2, 3):
        place.drop(f"{n}.jsonl", b"broken\n" * n)
    place.drain()
    assert isinstance(tick(place), dg.SkipReason)
    acknowledge_file(place.pipeline, "1.jsonl")
    assert isinstance(tick(place), dg.SensorResult)
    evaluation = latest(place)
    assert evaluation is not None
    assert evaluation.metadata["refused"].value == 2
    requeue(place.pipeline, "2.jsonl")
    tick(place)
    assert passed(place) is False
    assert isinstance(tick(place, hours=23), dg.SkipReason)
    tick(place, hours=25)
    assert passed(place) is True
    assert isinstance(tick(place, hours=26), dg.SkipReason)


def test_the_sensors_first_evaluation_is_made_even_if_nothing_is_wrong(place: Workplace) -> None:
    assert isinstance(tick(place), dg.SensorResult)
    assert passed(place) is True
    assert isinstance(tick(place), dg.SkipReason)


def test_the_check_can_be_made_by_itself(place: Workplace) -> None:
    place.take("bad.jsonl", b"broken\n")
    selection = dg.AssetSelection.checks(KEY)
    job = dg.define_asset_job("by_itself", selection=selection)
    definitions = dg.Definitions.merge(place.definitions, dg.Definitions(jobs=[job]))
    assert (
        definitions.resolve_job_def("by_itself").execute_in_process(instance=place.instance).success
    )
    assert passed(place) is False


def test_a_check_that_cannot_be_made_fails_no_files_run(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no such luck")

    monkeypatch.setattr(refused, "places_of", fail)
    place.drop("good.jsonl", [row()])
    result = run(place, "good.jsonl")
    assert result.success
    assert "The check of refused files could not be made: no such luck" in words(
        place, result.run_id
    )
    assert place.instance.fetch_materializations(KEY.asset_key, limit=1).records
