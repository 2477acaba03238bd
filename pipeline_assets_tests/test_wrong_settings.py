"""What is wrong with the settings is said in one sentence, at the start, wherever one starts."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.extras import how_to_install
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.sensors import (
    barcode_enrichment_inbox_sensor,
    post_processing_sensor,
    product_inbox_sensor,
)
from pipeline_assets_tests.commands import in_this_process
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

Spoil = Callable[[Workplace], dict[str, str]]


def a_file_for_the_data_folder(place: Workplace) -> dict[str, str]:
    (place.root / "plain").write_text("")
    return {"PIPELINE_DATA_DIR": str(place.root / "plain")}


def a_data_folder_below_a_file(place: Workplace) -> dict[str, str]:
    (place.root / "plain").write_text("")
    return {"PIPELINE_DATA_DIR": str(place.root / "plain" / "data")}


def a_file_for_a_folder(name: str) -> Spoil:
    def spoil(place: Workplace) -> dict[str, str]:
        folder = place.root / "other"
        folder.mkdir()
        (folder / name).write_text("")
        return {"PIPELINE_DATA_DIR": str(folder)}

    return spoil


def a_broken_link_for_the_archive(place: Workplace) -> dict[str, str]:
    (place.data / "archive").symlink_to(place.root / "nowhere")
    return {}


def no_folder_for_sqlite(place: Workplace) -> dict[str, str]:
    return {"CATALOGUE_URL": f"sqlite:///{place.root}/nowhere/catalogue.sqlite"}


def a_folder_for_sqlite(place: Workplace) -> dict[str, str]:
    return {"CATALOGUE_URL": f"sqlite:///{place.root}"}


def setting(name: str, value: str) -> Spoil:
    return lambda place: {name: value}


CASES: dict[str, tuple[Spoil, str]] = {
    "data folder": (a_file_for_the_data_folder, "/plain should be a folder for the pipeline"),
    "below a file": (a_data_folder_below_a_file, "Set PIPELINE_DATA_DIR to a folder that"),
    "product_inbox": (a_file_for_a_folder("product_inbox"), "/product_inbox should be a folder"),
    "archive": (a_file_for_a_folder("archive"), "Move away what is there, or permit"),
    "broken link": (a_broken_link_for_the_archive, "/archive should be a folder for the pipeline"),
    "sqlite": (no_folder_for_sqlite, "CATALOGUE_URL: there is no folder"),
    "sqlite folder": (a_folder_for_sqlite, "CATALOGUE_URL: "),
    "driver": (
        setting("CATALOGUE_URL", "mysql+asyncmy://user@127.0.0.1/catalogue"),
        "CATALOGUE_URL: the driver asyncmy is not installed. Run `pip install asyncmy`, or use",
    ),
    "misspelt": (
        setting("PIPELINE_SETLE_S", "5"),
        "PIPELINE_SETLE_S is not a setting; PIPELINE_SETTLE_S is. Correct the name",
    ),
    "prefixed": (
        setting("PIPELINE_CATALOGUE_URL", "sqlite:///x"),
        "PIPELINE_CATALOGUE_URL is not a setting; CATALOGUE_URL is.",
    ),
    "out of range": (
        setting("PIPELINE_PARTIAL_SHARE", "1.5"),
        "PIPELINE_PARTIAL_SHARE: Input should be less than or equal to 1",
    ),
    "endless": (setting("PIPELINE_RETRY_WAIT_S", "inf"), "PIPELINE_RETRY_WAIT_S: Input should be"),
    "no number": (setting("PIPELINE_SETTLE_S", "nan"), "PIPELINE_SETTLE_S: Input should be"),
    "too many days": (setting("PIPELINE_CURRENT_DAYS", "9999999"), "PIPELINE_CURRENT_DAYS: Input"),
    "no share": (
        setting("PIPELINE_MIN_AGREEMENT", "98"),
        "PIPELINE_MIN_AGREEMENT: give a share from 0 to 1, such as 0.98 or 2/3",
    ),
    "zero": (setting("PIPELINE_MIN_COMMON", "1/0"), "PIPELINE_MIN_COMMON: give a share"),
    "choice": (setting("PIPELINE_ENRICHMENT_SESSION", "magic"), "PIPELINE_ENRICHMENT_SESSION: "),
}
COMMANDS = [
    ["drain"],
    ["enrich"],
    ["post-process"],
    ["prepare"],
    ["status"],
    ["requeue", "a.jsonl"],
    ["decide", "same", "aldi/1", "coles/1"],
    ["sample"],
]
SENSORS = [product_inbox_sensor, barcode_enrichment_inbox_sensor, post_processing_sensor]


@pytest.fixture(params=CASES)
def wrong(
    request: pytest.FixtureRequest, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Something is wrong with the settings; what is to be said of it."""
    spoil, says = CASES[request.param]
    for name, value in spoil(workplace).items():
        monkeypatch.setenv(name, value)
    return says


def test_every_command_says_it_in_one_sentence_and_exits_with_2(
    wrong: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for command in COMMANDS:
        ran = in_this_process(capfd)(*command)
        assert (ran.status, ran.out) == (2, ""), command
        assert ran.err.startswith("error: ")
        assert wrong in ran.err
        assert len(ran.err.splitlines()) == 1


def test_every_sensor_says_it_and_asks_for_nothing(wrong: str) -> None:
    for sensor in SENSORS:
        with (
            dg.DagsterInstance.ephemeral() as instance,
            dg.build_sensor_context(
                instance=instance, resources={"pipeline": PipelineResource()}
            ) as context,
        ):
            result = sensor.evaluate_tick(context)
        assert result.run_requests == []
        assert wrong in (result.skip_message or "")


@pytest.mark.parametrize("job", ["product_update", "barcode_enrichment", "post_process_only"])
def test_a_run_fails_with_the_same_sentence(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    definitions = workplace.definitions
    monkeypatch.setenv("PIPELINE_SETLE_S", "5")
    ran = definitions.resolve_job_def(job).execute_in_process(
        instance=workplace.instance, raise_on_error=False
    )
    failure = next(iter(ran.get_step_failure_events())).step_failure_data
    assert failure.user_failure_data is not None
    said = failure.user_failure_data.description or ""
    assert said.startswith("PIPELINE_SETLE_S is not a setting; PIPELINE_SETTLE_S is.")


def test_a_folder_that_cannot_be_created_is_named_with_the_cause(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPELINE_DATA_DIR", "/proc/data")
    ran = in_this_process(capfd)("prepare")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: /proc/data/product_inbox should be a folder")
    assert "it cannot be created (No such file or directory)" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_other_unknown_variables_are_warned_of_once_and_those_of_tests_are_not(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPELINE_BUILD_NUMBER", "7")
    monkeypatch.setenv("PIPELINE_GIT_COMMIT", "abc")
    monkeypatch.setenv("PIPELINE_TESTS_SETTLE_S", "7")
    from pipeline_assets.cli import common

    common._warn_of_unknown_variables.cache_clear()
    ran = in_this_process(capfd)("prepare")
    assert ran.status == 0
    assert ran.err == (
        "warning: PIPELINE_BUILD_NUMBER, PIPELINE_GIT_COMMIT are not settings of pipeline-assets; "
        "they have no effect.\n"
    )
    assert in_this_process(capfd)("prepare").err == ""


def test_a_catalogue_may_be_in_a_data_folder_that_is_still_to_be_made(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    new = workplace.root / "new"
    monkeypatch.setenv("PIPELINE_DATA_DIR", str(new))
    monkeypatch.setenv("CATALOGUE_URL", f"sqlite:///{new}/mine.sqlite")
    command = in_this_process(capfd)
    assert command("status").status == 0
    assert not new.exists()
    assert command("prepare").status == 0
    assert (new / "mine.sqlite").is_file()


def test_the_extra_that_brings_a_package_is_named() -> None:
    assert how_to_install("playwright") == "pip install 'pipeline-assets[browser]'"
    assert how_to_install("pymysql") == "pip install pymysql"


def test_a_dagster_yaml_of_an_older_version_is_warned_of_in_one_sentence(
    workplace: Workplace, capfd: pytest.CaptureFixture[str]
) -> None:
    assert in_this_process(capfd)("prepare").err == ""
    mine = workplace.home / "dagster.yaml"
    mine.write_text("storage:\n  sqlite:\n    base_dir: old\ntelemetry:\n  enabled: false\n")
    ran = in_this_process(capfd)("prepare")
    assert ran.status == 0
    (said,) = ran.err.splitlines()
    assert said.startswith(f"warning: {mine} names Dagster's own storage classes, ")
    assert "copy the new dagster.yaml" in said


def test_the_storage_classes_of_the_projects_own_files_are_not_warned_of() -> None:
    for name in ("dagster.yaml", "deploy/mysql/dagster.yaml"):
        text = (PROJECT_ROOT / name).read_text("utf-8")
        assert "module: pipeline_assets.orchestration." in text
        assert Path(PROJECT_ROOT / name).is_file()
