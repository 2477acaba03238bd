"""Every Python block of the documentation, run as cells of a notebook, a page in one namespace."""

import ast
from typing import Any

import pandas as pd
import pytest

from pipeline_assets_tests.docs.blocks import (
    MAY_BE_EMPTY,
    ON_THE_SAMPLE,
    Block,
    blocks_in,
    pages_with,
)
from pipeline_assets_tests.docs.conftest import DATABASES, KINDS, Documented

# It writes a migration into the clone that the tests are in; database/test_migrate.py compares.
NOT_RUN = {"CONTRIBUTING.md"}
PAGES = [page for page in pages_with("python") if page not in NOT_RUN]


def run(block: Block, names: dict[str, Any]) -> Any:
    """Run a cell; returns the value of its last line, if that is an expression."""
    tree = ast.parse(block.text, block.place)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, block.place, "exec"), names)  # noqa: S102 - the documentation's own code
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), block.place, "eval"), names)  # noqa: S307


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_a_page_runs_and_finds_rows(
    page: str, kind: str, database: str, documented: Documented, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = documented(kind, database)
    for name, value in clone.environment.items():
        if name not in ("PATH", "HOME"):
            monkeypatch.setenv(name, value)
    if "CATALOGUE_URL" not in clone.variables:
        monkeypatch.delenv("CATALOGUE_URL", raising=False)
    monkeypatch.chdir(clone.folder)
    names: dict[str, Any] = {}
    for block in blocks_in("python"):
        if block.page != page or (kind == "real" and ON_THE_SAMPLE in block.notes):
            continue
        value = run(block, names)
        if isinstance(value, pd.DataFrame | pd.Series):
            assert len(value) > 0 or MAY_BE_EMPTY in block.notes, block.place


def test_each_page_whose_python_is_not_run_has_some() -> None:
    assert set(pages_with("python")) >= NOT_RUN
