"""The layers, as the folders promise them."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pipeline_assets"

# Folder → what its modules must not import, in whole or in part.
FORBIDDEN = {
    "domain": (
        "dagster",
        "sqlalchemy",
        "alembic",
        "httpx",
        "os",
        "pathlib",
        "time",
        "pipeline_assets.catalogue",
        "pipeline_assets.enrichment",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.settings",
    ),
    "inbox": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.catalogue",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
    ),
    "catalogue": (
        "dagster",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
    ),
    "enrichment": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.catalogue",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.settings",
    ),
    "services": ("dagster", "pipeline_assets.orchestration", "pipeline_assets.cli"),
    "sample": ("dagster", "sqlalchemy", "pandas"),
    "orchestration": ("sqlalchemy", "pipeline_assets.cli"),
    "cli": ("sqlalchemy", "pipeline_assets.catalogue.schema"),
}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_layer_imports_only_what_lies_below_it(folder: str) -> None:
    paths = sorted((PACKAGE / folder).rglob("*.py"))
    assert paths
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in paths
        for name in sorted(imported(path))
        for forbidden in FORBIDDEN[folder]
        if name == forbidden or name.startswith(f"{forbidden}.")
    ]
    assert wrong == []


def test_sql_is_written_in_one_folder_only() -> None:
    outside = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "catalogue" not in path.parts
        and any(name.startswith("sqlalchemy") for name in imported(path))
    ]
    # Connections and engines are handed through, URLs are shown: no statement among it.
    allowed = {"settings.py", "services"}
    assert [name for name in outside if name.split("/")[0] not in allowed] == []
    for name in outside:
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        taken = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
            for alias in node.names
        }
        assert taken <= {"Connection", "Engine", "make_url"}, name


def test_the_package_itself_imports_nothing() -> None:
    assert imported(PACKAGE / "__init__.py") == set()


def test_files_stay_small() -> None:
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
        if "versions" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= 130
