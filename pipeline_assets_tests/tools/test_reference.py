"""The reference that is made from the code: it is complete, and every entry says what it means."""

import re

import pytest
import typer
from pydantic import TypeAdapter

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS
from pipeline_assets.catalogue.schema import metadata
from pipeline_assets.cli.app import app
from pipeline_assets.definitions import defs
from pipeline_assets.settings import Settings
from tools.reference.directive import PARTS
from tools.reference.settings import variable_of


def rows(part: str) -> list[list[str]]:
    """The cells of all rows of the part's tables, but for heads and lines below them."""
    lines = [line for line in PARTS[part]().splitlines() if line.startswith("| `")]
    return [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines]


def headings(part: str, depth: int) -> list[str]:
    return re.findall(rf"^{'#' * depth} (.+)$", PARTS[part](), re.MULTILINE)


def test_every_setting_is_there_once_with_its_default_and_meaning() -> None:
    found = {cells[0].strip("`"): cells[1:] for cells in rows("settings")}
    assert sorted(found) == sorted(variable_of(name) for name in Settings.model_fields)
    assert len(rows("settings")) == len(found)
    for name, field in Settings.model_fields.items():
        default, meaning = found[variable_of(name)]
        assert meaning, name
        if field.default not in ("", None):
            read = TypeAdapter(type(field.default)).validate_strings(default.strip("`"))
            assert read == field.default


def test_every_table_and_view_is_there_and_each_column_has_a_meaning() -> None:
    assert sorted(headings("tables", 3)) == sorted(metadata.tables)
    assert headings("views", 2) == list(VIEW_COLUMNS)
    columns = sum(len(table.columns) for table in metadata.tables.values())
    assert len(rows("tables")) == columns
    assert len(rows("views")) == sum(map(len, VIEW_COLUMNS.values()))
    for part in ("tables", "views"):
        assert [cells for cells in rows(part) if len(cells) != 3 or not all(cells)] == []


def test_every_asset_check_job_and_sensor_is_there_with_what_it_does() -> None:
    names = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}
    assert set(headings("assets", 3)) == names
    assert {cells[0].strip("`") for cells in rows("jobs")} == {job.name for job in defs.jobs or ()}
    sensors = {sensor.name for sensor in defs.sensors or ()}
    assert {cells[0].strip("`") for cells in rows("sensors")} == sensors
    assert len(rows("checks")) > 10
    for part in ("checks", "jobs", "sensors"):
        assert [cells for cells in rows(part) if not all(cells)] == []


def test_every_command_is_there_with_its_options() -> None:
    group = typer.main.get_command(app)
    assert {one.split()[1] for one in headings("commands", 2)} == set(group.commands)  # type: ignore[attr-defined]
    options = {cells[0].strip("`").split(",")[0].split()[0] for cells in rows("commands")}
    assert options >= {"--strict", "--dry-run", "--force", "FILE", "--limit"}
    assert [cells for cells in rows("commands") if len(cells) < 2 or not cells[-1]] == []


@pytest.mark.parametrize("part", PARTS)
def test_no_part_names_a_machine_or_a_made_up_address(part: str) -> None:
    assert not re.search(r"/(root|home|work|tmp)/|code\.invalid", PARTS[part]())
