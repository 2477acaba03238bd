"""What surrounds the code agrees with it: workflows, forms, hooks, versions of Python."""

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline_assets.domain.snapshots.acceptance import REASONS
from pipeline_assets_tests.docs.test_documentation import ROW_REASONS
from pipeline_assets_tests.workplace import PROJECT_ROOT

GITHUB = PROJECT_ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
SCRIPTS = [PROJECT_ROOT / ".ci" / name for name in ("run", "test-pythons", "packages")]
PAGES = sorted(PROJECT_ROOT.glob("*.md"))


def tracked(*patterns: str) -> list[Path]:
    """The repository's files of these patterns, those still to be added too."""
    command = ["git", "-C", str(PROJECT_ROOT), "ls-files", "--cached", "--others"]
    listed = subprocess.run(
        [*command, "--exclude-standard", "--", *patterns],
        capture_output=True,
        text=True,
        check=True,
    )
    return [PROJECT_ROOT / name for name in listed.stdout.splitlines()]


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    """Every step of a workflow, over all of its jobs."""
    return [step for job in parsed(workflow)["jobs"].values() for step in job.get("steps", [])]


def targets_called(text: str) -> set[str]:
    """The make targets in the commands of a text."""
    return set(re.findall(r"^(?:\w+=\S+ )*make (?:--\S+ )?([a-z-]+)", text, re.MULTILINE))


def targets() -> set[str]:
    """The targets of the Makefile that are said to be such."""
    text = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^\.PHONY: ([a-z-]+)$", text, re.MULTILINE))


def pythons() -> list[str]:
    """The versions of Python that the package says it runs on."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"])
    assert bounds is not None
    return [f"3.{minor}" for minor in range(int(bounds[1]), int(bounds[2]))]


def test_every_yaml_file_can_be_read() -> None:
    files = tracked("*.yml", "*.yaml")
    assert {path.name for path in files} >= {"ci.yml", "release.yml", "dagster.yaml", "bug.yml"}
    assert [path.name for path in files if not isinstance(parsed(path), dict)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_only_targets_and_scripts_that_exist(workflow: Path) -> None:
    commands = "\n".join(step["run"] for step in steps(workflow) if "run" in step)
    assert targets_called(commands) - targets() == set()
    assert targets_called(commands)
    scripts = re.findall(r"\.ci/[\w-]+", commands)
    assert [name for name in scripts if not (PROJECT_ROOT / name).is_file()] == []


def test_the_workflow_and_the_script_of_continuous_integration_call_the_same_targets() -> None:
    in_workflow = {
        target
        for step in steps(GITHUB / "workflows" / "ci.yml")
        for target in targets_called(step.get("run", ""))
    }
    in_script = targets_called((PROJECT_ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert in_script - targets() == set()
    assert in_script - {"test-pythons"} == in_workflow  # the workflow has a job for each Python


def test_every_supported_python_is_tested() -> None:
    ci = parsed(GITHUB / "workflows" / "ci.yml")
    assert ci["jobs"]["test"]["strategy"]["matrix"]["python"] == pythons()
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\nPYTHONS := {' '.join(pythons())}\n" in makefile


def test_the_linters_check_for_the_oldest_supported_python() -> None:
    tools = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    oldest = pythons()[0]
    assert tools["mypy"]["python_version"] == oldest
    assert tools["ruff"]["target-version"] == "py" + oldest.replace(".", "")


@pytest.mark.parametrize("form", [one for one in FORMS if one.stem != "config"], ids=str)
def test_an_issue_form_has_named_fields_each_once(form: Path) -> None:
    content = parsed(form)
    assert content["name"]
    assert content["description"]
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids)) > 0
    assert all(field["attributes"]["label"] for field in fields)


def test_the_form_for_refusals_offers_every_reason() -> None:
    fields = {
        field.get("id"): field
        for field in parsed(GITHUB / "ISSUE_TEMPLATE/wrong_refusal.yml")["body"]
    }
    offered = fields["file_reason"]["attributes"]["options"]
    assert offered[1:] == list(REASONS)
    assert fields["row_reasons"]["attributes"]["options"] == list(ROW_REASONS)


def test_the_hooks_are_commands_of_the_environment() -> None:
    hooks = [
        hook
        for repo in parsed(PROJECT_ROOT / ".pre-commit-config.yaml")["repos"]
        for hook in repo["hooks"]
    ]
    commands = [hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in hooks]
    scripts = {script.name for script in metadata.entry_points(group="console_scripts")}
    assert [command for command in commands if command not in scripts | {"ruff"}] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_run_and_is_sound_shell(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_of_a_page_lead_somewhere_and_nothing_names_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert not re.search(r"/(root|home|work|tmp)/", text)


def test_every_decision_has_its_number_status_and_alternatives_and_is_listed() -> None:
    folder = PROJECT_ROOT / "docs" / "decisions"
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = re.match(
            r"# (.+)\n\nStatus: (accepted|superseded by \d{4}), \d{4}-\d\d-\d\d\n", text
        )
        assert title is not None, page.name
        assert "\n## Alternatives\n" in text, page.name
        assert f"[{title[1]}]({page.name})" in index
