"""Which runs count as being about a file: those of before an upgrade, and those that repeat one."""

import dagster as dg
import pytest

from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets_tests.workplace import Workplace, row

NOBODY = "this-host-is-another/1/1"


@pytest.fixture
def file(workplace: Workplace) -> InboxFile:
    assert workplace.pipeline
    return InboxFile.from_stat("a.jsonl", workplace.drop("a.jsonl", [row()]).lstat())


def launch(place: Workplace, status: dg.DagsterRunStatus, parent: str = "", **tags: str) -> str:
    """A run of job `product_update` with these tags, perhaps repeating another."""
    again = {"parent_run_id": parent, "root_run_id": parent} if parent else {}
    job = place.definitions.resolve_job_def("product_update")

    run = place.instance.create_run_for_job(job, tags=tags, status=status, **again)  # type: ignore[arg-type]
    return run.run_id


@pytest.mark.parametrize("name", ["pipeline/fingerprint", ".dagster/pipeline_fingerprint"])
def test_a_run_says_by_its_new_or_its_old_tag_which_version_it_is_about(
    workplace: Workplace, file: InboxFile, name: str
) -> None:
    tags = {"pipeline/file": file.name, name: file.fingerprint}
    run_ids = [
        launch(workplace, status, **tags)
        for status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE)
    ]
    runs = InstanceRuns(workplace.instance)
    active, failed = runs.active(), runs.ended_badly({file.fingerprint, "1-1-1"})
    assert [one.run_id for one in (*active, *failed)] == run_ids
    assert {one.fingerprint for one in (*active, *failed)} == {file.fingerprint}
    assert runs.ended_badly({"1-1-1"}) == []


@pytest.mark.parametrize("name", ["pipeline/process", ".dagster/pipeline_process"])
def test_a_run_that_repeats_another_is_not_taken_for_a_run_of_the_others_process(
    workplace: Workplace, file: InboxFile, name: str
) -> None:
    tags = {
        "pipeline/file": file.name,
        ".dagster/pipeline_fingerprint": file.fingerprint,
        name: NOBODY,
    }
    first = launch(workplace, dg.DagsterRunStatus.SUCCESS, **tags)
    launch(workplace, dg.DagsterRunStatus.STARTED, **tags)
    launch(workplace, dg.DagsterRunStatus.STARTED, parent=first, **tags)
    of_first, of_second = sorted(
        InstanceRuns(workplace.instance).active(), key=lambda run: run.process is None
    )
    assert (of_first.process, of_second.process) == (NOBODY, None)
    assert of_first.name == of_second.name == file.name
