"""If a value gets a new field, no place that makes, reads or writes the value can forget it."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_assets_tests.test_architecture import PACKAGE, imported

_ERROR = re.compile(r"(?P<file>\S+\.py):(?P<line>\d+): error: ")


def with_one_more_field(folder: Path, module: str, value: str) -> Path:
    """A copy of the package where `value`, a class of that module, has a field `brand_new`."""
    copied = folder / PACKAGE.name
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    source = (copied / module).read_text(encoding="utf-8")
    (found,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == value
    )
    lines = source.splitlines(keepends=True)
    lines.insert(found.end_lineno or 0, "    brand_new: int | None\n")
    (copied / module).write_text("".join(lines), encoding="utf-8")
    return copied


def places_mypy_names(package: Path, module: str, value: str) -> set[str]:
    """Where mypy finds an error, as `module: function`, among the modules that know the value."""
    name = f"{package.name}.{module.removesuffix('.py').replace('/', '.')}.{value}"
    concerned = [
        package / module,
        package / "catalogue/database/values.py",
        *(path for path in sorted(package.rglob("*.py")) if name in imported(path)),
    ]
    # Libraries without stubs are not followed: that is what makes it quick.
    options = ["--config-file=", "--follow-imports=skip", f"--cache-dir={package.parent / 'cache'}"]
    command = [sys.executable, "-m", "mypy", *options, *map(str, concerned)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    lines = [line for line in run.stdout.splitlines() if ": error: " in line]
    errors = [_ERROR.match(line) for line in lines]
    assert None not in errors, lines
    return {_place(package, Path(each["file"]), int(each["line"])) for each in errors if each}


def _place(package: Path, path: Path, line: int) -> str:
    functions = [
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and min([node.lineno, *(each.lineno for each in node.decorator_list)])
        <= line
        <= (node.end_lineno or 0)
    ]
    return f"{path.relative_to(package).with_suffix('').as_posix()}: {functions[-1]}"


@pytest.mark.parametrize(
    ("module", "value", "places"),
    [
        (
            "domain/snapshots/listing.py",
            "Terms",
            {
                "domain/snapshots/listing: _terms",
                "catalogue/prices: _term_columns",
            },
        ),
        (
            "domain/snapshots/prices.py",
            "Price",
            {
                "domain/snapshots/prices: _price",
                "catalogue/prices: _columns",
            },
        ),
        (
            "domain/snapshots/listing.py",
            "ListedFacts",
            {
                "domain/snapshots/listing: _facts",
                "catalogue/skus: _fact_columns",
            },
        ),
        (
            "domain/products/facts.py",
            "SkuFacts",
            {
                "catalogue/neighbourhood: _sku_facts",
                "catalogue/suggestions: skus_with_shared_keys",
            },
        ),
        (
            "domain/products/sku_facts.py",
            "SkuRecord",
            {
                "domain/products/sku_facts: _first_record",
                "domain/products/sku_facts: _merged",
                "catalogue/skus: _record_columns",
            },
        ),
    ],
)
def test_one_more_field_is_an_error_wherever_it_would_be_forgotten(
    module: str, value: str, places: set[str], tmp_path: Path
) -> None:
    package = with_one_more_field(tmp_path, module, value)
    assert places_mypy_names(package, module, value) == places


@pytest.mark.parametrize(
    ("module", "value", "reader"),
    [
        ("domain/snapshots/listing.py", "Terms", "prices"),
        ("domain/snapshots/prices.py", "Price", "prices"),
        ("domain/snapshots/listing.py", "ListedFacts", "skus"),
        ("domain/products/sku_facts.py", "SkuRecord", "skus"),
        ("domain/products/sku_facts.py", "KnownSku", "skus"),
    ],
)
def test_the_program_does_not_start_while_one_more_field_is_not_read(
    module: str, value: str, reader: str, tmp_path: Path
) -> None:
    with_one_more_field(tmp_path, module, value)
    command = [sys.executable, "-c", f"import pipeline_assets.catalogue.{reader}"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert f"TypeError: {value}: no column is given for brand_new" in run.stderr
