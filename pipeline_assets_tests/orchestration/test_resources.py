"""The resource's fields apply; where they are not set, the environment's settings do."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.definitions import build_defs
from pipeline_assets.errors import UsageError
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.sensors import product_inbox_sensor
from pipeline_assets_tests.workplace import Clock, Workplace, row


def test_two_data_folders_are_worked_on_side_by_side_in_one_process(
    workplace: Workplace, tmp_path: Path
) -> None:
    places = {}
    for name, price in (("north", 1.5), ("south", 2.5)):
        (tmp_path / name).mkdir()
        places[name] = Workplace.create(tmp_path / name)
        places[name].drop(f"{name}.jsonl", [row("1", price)])
    graphs = {name: build_defs(place.resource) for name, place in places.items()}
    asked = {}
    for name, place in places.items():
        with dg.build_sensor_context(
            instance=workplace.instance, resources={"pipeline": place.resource}
        ) as context:
            requests = product_inbox_sensor.evaluate_tick(context).run_requests or []
        asked[name] = [request.tags["pipeline/file"] for request in requests]
    assert asked == {"north": ["north.jsonl"], "south": ["south.jsonl"]}
    for graph in graphs.values():
        job = graph.resolve_job_def("product_update")
        assert job.execute_in_process(instance=workplace.instance).success
    prices = {name: place.rows("SELECT price FROM store_prices") for name, place in places.items()}
    assert {name: float(price) for name, ((price,),) in prices.items()} == {
        "north": 1.5,
        "south": 2.5,
    }
    assert not (workplace.data / "catalogue.sqlite").exists()
    for place in places.values():
        place.__exit__(None, None, None)


def test_what_no_field_says_is_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIPELINE_DATA_DIR", str(tmp_path / "theirs"))
    monkeypatch.setenv("CATALOGUE_URL", "sqlite:///theirs.sqlite")
    monkeypatch.setenv("PIPELINE_SETTLE_S", "7")
    silent = PipelineResource().read_settings()
    assert (silent.data_dir, silent.catalogue_url) == (
        tmp_path / "theirs",
        "sqlite:///theirs.sqlite",
    )
    assert (silent.settle_s, silent.max_failures) == (7, 10)
    said = PipelineResource(
        data_dir=str(tmp_path / "mine"), catalogue_url="", settings={"max_failures": 3}
    ).read_settings()
    assert said.database_url == f"sqlite:///{tmp_path / 'mine' / 'catalogue.sqlite'}"
    assert (said.settle_s, said.max_failures) == (7, 3)


def test_a_name_of_no_setting_is_refused_and_named() -> None:
    message = "^A setting is invalid. setle_s is not the name of a setting; settle_s is$"
    with pytest.raises(UsageError, match=message):
        PipelineResource(settings={"setle_s": 1}).read_settings()
    with pytest.raises(UsageError, match=r"unheard_of is not the name of a setting$"):
        PipelineResource(settings={"unheard_of": 1}).read_settings()


def test_a_job_sees_the_clock_that_the_resource_was_given(workplace: Workplace) -> None:
    clock = Clock(datetime(2025, 9, 10, 12))
    workplace.clock = clock
    job = workplace.definitions.resolve_job_def("product_update")
    for day, name in ((10, "first.jsonl"), (20, "second.jsonl")):
        clock.now = datetime(2025, 9, day, 12)
        workplace.drop(name, [row(day=f"2025-09-{day}")])
        assert job.execute_in_process(instance=workplace.instance).success
    begun = workplace.rows("SELECT ingested_at FROM ingested_files ORDER BY file_id")
    assert [str(moment)[:10] for (moment,) in begun] == ["2025-09-10", "2025-09-20"]


def test_a_run_in_a_process_of_its_own_keeps_to_the_fields_and_else_to_the_environment(
    workplace: Workplace, tmp_path: Path
) -> None:
    code = tmp_path / "deployment.py"
    mine = tmp_path / "mine"
    code.write_text(
        "from pipeline_assets.definitions import build_defs\n"
        "from pipeline_assets.orchestration.resources import PipelineResource\n"
        f"defs = build_defs(PipelineResource(data_dir={str(mine)!r}))\n"
    )
    (mine / "product_inbox").mkdir(parents=True)
    workplace.drop("a.jsonl", [row()])
    (workplace.inbox / "a.jsonl").rename(mine / "product_inbox" / "a.jsonl")
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "dagster", "job", "execute"),
            *("-f", str(code), "-j", "product_update"),
        ],
        env=os.environ | workplace.environment | {"CATALOGUE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    workplace.change(catalogue_url=url)
    assert workplace.one("SELECT count(*) FROM store_prices") == 1
    assert [path.name for path in (mine / "product_inbox").iterdir()] == []
    assert not (workplace.data / "catalogue.sqlite").exists()
