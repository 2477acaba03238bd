"""The descriptor is a valid Data Package, and the CSV files are what it says that they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, system

from pipeline_assets.services.publishing.data_sets import DATA_SETS, PRICE_CHANGES, PRICES
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets_tests.services.publishing.catalogues import fill
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def latest(workplace: Workplace) -> Path:
    workplace.change(settings={"publish_csv": True})
    fill(workplace)
    return publish(workplace.pipeline).path


def descriptor(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return found


def test_frictionless_finds_no_mistake_in_descriptor_and_data(latest: Path) -> None:
    with system.use_context(trusted=True):
        package = Package.from_descriptor(str(latest / "datapackage.json"))
        names = [name for name in package.resource_names if name.endswith("-csv")]
        assert names == ["prices-csv", "products-csv", "price_changes-csv"]
        for name in package.resource_names:
            if name not in names:
                package.remove_resource(name)
        report = package.validate()
    assert report.flatten(["type", "note", "fieldName", "rowNumber"]) == []
    assert report.valid
    assert [task.stats["rows"] for task in report.tasks] == [64, 65, 67]


def test_frictionless_would_find_a_wrong_value(latest: Path) -> None:
    path = latest / "prices.csv"
    path.write_bytes(path.read_bytes().replace(b"99999.99", b"99999,99", 1))
    with system.use_context(trusted=True):
        package = Package.from_descriptor(str(latest / "datapackage.json"))
        report = package.get_resource("prices-csv").validate()
    assert not report.valid


def test_every_file_is_described_and_every_path_is_there(latest: Path) -> None:
    paths: list[str] = []
    for resource in descriptor(latest)["resources"]:
        path = resource["path"]
        paths += [path] if isinstance(path, str) else path
    files = {
        path.relative_to(latest).as_posix()
        for path in latest.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert set(paths) == files - {"datapackage.json"}
    assert len(paths) == len(set(paths))


def test_every_column_has_its_type_meaning_and_every_number_its_unit(latest: Path) -> None:
    by_name = {one["name"]: one for one in descriptor(latest)["resources"]}
    for data_set in (PRICES, PRICE_CHANGES):
        fields = by_name[data_set.name]["schema"]["fields"]
        assert [field["name"] for field in fields] == [one.name for one in data_set.columns]
    for data_set in DATA_SETS:
        for field in by_name[data_set.name].get("schema", {"fields": []})["fields"]:
            assert len(field["description"]) > 10
            assert ("unit" in field) == (field["type"] == "number"), field
    price = by_name["prices"]["schema"]["fields"][7]
    assert price == {
        "name": "price",
        "type": "number",
        "description": "price today, in dollars",
        "unit": "AUD",
    }
