"""Where a command's runs say that their job comes from: what Dagster's servers were told."""

import dagster as dg
import pytest

from pipeline_assets.definitions import build_defs, defs
from pipeline_assets.errors import UsageError
from pipeline_assets.orchestration.names import CODE_LOCATION
from pipeline_assets.orchestration.origins import execute_here
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

HIDDEN_LABEL = ".dagster/repository"
MODULE = "pipeline_assets.definitions"


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    assert workplace.pipeline
    return workplace


def origin(place: Workplace) -> tuple[str, str | None]:
    """The label that the UI groups a run by, and the code that it is said to be from."""
    job = place.definitions.resolve_job_def("product_update")
    run_id = execute_here(place.instance, job, {}).run_id
    stored = place.instance.get_run_by_id(run_id)
    assert stored is not None
    assert stored.remote_job_origin is not None
    assert stored.job_code_origin is not None
    assert stored.remote_job_origin.job_name == stored.job_code_origin.job_name == "product_update"
    label = stored.remote_job_origin.repository_origin.get_label()
    wanted = dg.RunsFilter(tags={HIDDEN_LABEL: label})
    assert run_id in {run.run_id for run in place.instance.get_runs(wanted)}
    return label, stored.job_code_origin.get_repo_pointer().describe()


def test_without_a_workspace_the_code_location_has_its_usual_name(place: Workplace) -> None:
    label, code = origin(place)
    assert label == f"__repository__@{CODE_LOCATION}"
    assert code == f"from {MODULE} import defs"


def test_the_projects_workspace_gives_the_same_name(place: Workplace) -> None:
    workspace = (PROJECT_ROOT / "workspace.yaml").read_text()
    (place.home / "workspace.yaml").write_text(workspace)
    assert origin(place)[0] == f"__repository__@{CODE_LOCATION}"


@pytest.mark.parametrize(
    "workspace",
    [
        f"- python_module: {{module_name: {MODULE}, location_name: elsewhere}}",
        "- grpc_server: {host: 127.0.0.1, port: 4266, location_name: elsewhere}",
        "- python_module: {module_name: other}\n"
        f"- python_module: {{module_name: {MODULE}, location_name: elsewhere}}",
    ],
)
def test_a_code_location_has_the_name_that_the_workspace_gives_it(
    place: Workplace, workspace: str
) -> None:
    (place.home / "workspace.yaml").write_text(f"load_from:\n{workspace}\n")
    assert origin(place)[0] == "__repository__@elsewhere"


def test_of_several_locations_without_ours_none_is_taken(place: Workplace) -> None:
    (place.home / "workspace.yaml").write_text(
        "load_from:\n- python_module: {module_name: other}\n- python_module: {module_name: third}\n"
    )
    assert origin(place)[0] == f"__repository__@{CODE_LOCATION}"


@pytest.mark.parametrize("workspace", ["load_from: [nothing: here]", "load_from: {", ""])
def test_a_workspace_that_cannot_be_read_is_one_sentence(place: Workplace, workspace: str) -> None:
    path = place.home / "workspace.yaml"
    path.write_text(workspace)
    with pytest.raises(UsageError) as told:
        origin(place)
    assert str(told.value).startswith(f"{path} cannot be read: ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["product_update", "barcode_enrichment", "post_process_only"])
def test_a_job_made_again_is_the_one_that_the_servers_load(name: str) -> None:
    served = defs.resolve_job_def(name).get_job_snapshot_id()
    assert build_defs().resolve_job_def(name).get_job_snapshot_id() == served
