"""The layers are what the folders promise; and the code stays easy to read."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "pipeline_assets"
TESTS = PROJECT / "pipeline_assets_tests"

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
    "alerts": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.catalogue",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.settings",
    ),
    "publishing": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.catalogue",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.settings",
    ),
    "history": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.catalogue",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.settings",
    ),
    "services": ("dagster", "pipeline_assets.orchestration", "pipeline_assets.cli"),
    "reporting": (
        "dagster",
        "sqlalchemy",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.cli",
        "pipeline_assets.settings",
    ),
    "frames": (
        "dagster",
        "pipeline_assets.catalogue.schema",
        "pipeline_assets.inbox",
        "pipeline_assets.services",
        "pipeline_assets.orchestration",
        "pipeline_assets.cli",
    ),
    "sample": ("dagster", "sqlalchemy", "pandas"),
    "orchestration": ("sqlalchemy", "pipeline_assets.cli"),
    "cli": ("sqlalchemy", "pipeline_assets.catalogue.schema"),
}

# Declared, and found by name when it is needed: drivers, the UI, zones.
NEVER_IMPORTED = {
    "dagster-webserver",
    "mysql-connector-python",
    "tzdata",
}
# Public names that two modules may share, as they mean the same thing.
SAME_THING_TWICE = {
    "RETAILER": "the name by which each retailer's module is found",
    "decide": "a command and its use case",
    "post_process": "a command and its use case",
    "requeue": "a command and its use case",
    "status": "a command and its use case",
    "store_prices": "a view and its asset",
}


def modules(folder: Path = PACKAGE) -> list[Path]:
    """The modules of a folder; migrations are history, and left out."""
    return [path for path in sorted(folder.rglob("*.py")) if "versions" not in path.parts]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


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
    allowed = {"settings.py", "services", "frames"}
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


def test_the_package_itself_imports_nothing_but_its_door_when_somebody_asks_for_it() -> None:
    door = "pipeline_assets.frames.catalogue"
    of_types = {"typing", "typing.TYPE_CHECKING", "typing.Any"}
    assert imported(PACKAGE / "__init__.py") == {door, f"{door}.Catalogue"} | of_types
    command = "import sys, pipeline_assets; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    loaded = {name for name in ran.stdout.split() if name.startswith(("pipeline_assets", "pandas"))}
    assert loaded == {"pipeline_assets"}


def test_files_and_functions_stay_small() -> None:
    of_package, of_tests = (
        {
            str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines())
            for path in modules(folder)
        }
        for folder in (PACKAGE, TESTS)
    )
    assert {name: lines for name, lines in of_package.items() if lines > 300} == {}
    assert {name: lines for name, lines in of_tests.items() if lines > 400} == {}
    assert sorted(of_package.values())[len(of_package) // 2] <= 130
    functions = {
        f"{path.relative_to(PACKAGE)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(functions) > 500
    assert {name: lines for name, lines in functions.items() if lines > 50} == {}


@pytest.mark.parametrize("folder", ["domain", "services", "catalogue"])
def test_the_rooms_of_a_folder_lead_to_one_another_without_a_circle(folder: str) -> None:
    rooms = {path.name for path in (PACKAGE / folder).iterdir() if (path / "__init__.py").exists()}
    assert len(rooms) > 1
    arrows: dict[str, set[str]] = {room: set() for room in rooms}
    for room in rooms:
        for path in modules(PACKAGE / folder / room):
            named = {name.removeprefix(f"pipeline_assets.{folder}.") for name in imported(path)}
            arrows[room] |= {name.split(".")[0] for name in named} & rooms - {room}
    assert any(arrows.values())
    TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


def public_names(path: Path) -> Iterator[str]:
    """The public classes, functions and constants that a module defines."""
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            names = []
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_means_one_thing() -> None:
    defined: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        for name in public_names(path):
            defined[name].append(path.relative_to(PACKAGE).as_posix())
    shared = {name: places for name, places in defined.items() if len(places) > 1}
    assert {name: places for name, places in shared.items() if name not in SAME_THING_TWICE} == {}
    assert SAME_THING_TWICE.keys() - shared.keys() == set()


def distributions(*folders: Path) -> set[str]:
    """The distributions, by their normalised names, whose modules the folders' files import."""
    of_module = packages_distributions()
    names = {name for folder in folders for path in folder.rglob("*.py") for name in imported(path)}
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
    foreign -= {path.parent.name for path in PROJECT.glob("*/__init__.py")}
    return {of_module[name][0].lower().replace("_", "-") for name in foreign}


def declared(requirements: list[str]) -> set[str]:
    """The distributions that a list of requirements names."""
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0].lower() for one in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    runtime = declared(project["dependencies"])
    of_package = distributions(PACKAGE)
    of_tests = distributions(TESTS, PROJECT / "benchmarks", PROJECT / "tools", PROJECT / "training")
    optional = set[str]().union(
        *(declared(extras[name]) for name in ("apprise", "browser", "celery", "object-store"))
    )
    assert of_package - runtime - optional == set()
    assert (
        of_tests - runtime - optional - declared(extras["dev"]) - declared(extras["docs"]) == set()
    )
    assert runtime - of_package == NEVER_IMPORTED
