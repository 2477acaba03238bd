"""What a command imports before it answers: that is what makes it slow, and what creeps back."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from pipeline_assets.cli.app import COMMANDS, app
from pipeline_assets.cli.lazy_commands import LazyCommands
from pipeline_assets_tests.workplace import Workplace

HEAVY = {"alembic", "dagster", "httpx", "matplotlib", "numpy", "pandas", "scipy"}
HEAVIER_THAN_HELP = HEAVY | {"pydantic", "sqlalchemy"}


def imported(arguments: str, environment: dict[str, str]) -> set[str]:
    """The top-level packages that a command has imported when it ends."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipeline_assets.cli", *arguments.split()],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    names = re.findall(r"^import time: .*\| +(\w+)", ended.stderr, re.MULTILINE)
    assert "typer" in names
    return set(names)


@pytest.mark.parametrize("arguments", ["--help", "--version"])
def test_help_needs_no_database_and_no_settings(arguments: str) -> None:
    assert not imported(arguments, {}) & HEAVIER_THAN_HELP


def test_status_needs_no_dagster_where_nothing_waits(tmp_path: Path) -> None:
    with Workplace.create(tmp_path) as place:
        assert not imported("status", place.environment) & HEAVY


def test_the_list_of_commands_says_what_their_own_help_says() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LazyCommands)
    with group.make_context("pipeline-assets", ["status"]) as context:
        for name, _, summary in COMMANDS:
            _, command, _ = group.resolve_command(context, [name])
            first_paragraph = command.help.partition("\n\n")[0]
            assert " ".join(first_paragraph.split()) == summary
