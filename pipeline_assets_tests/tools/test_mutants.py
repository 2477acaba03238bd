"""What `make mutants` chooses and reports; mutmut itself is not tested here."""

import json
from pathlib import Path

import pytest

from tools import mutants
from tools.mutants import (
    Mutant,
    chosen,
    draw,
    equivalent_mutants,
    holds,
    keep_quickest,
    listed_in_vain,
    read_mutants,
    report,
)


def mutant(name: str, exit_code: int | None = None, was: str = "a", now: str = "b") -> Mutant:
    return Mutant(f"pipeline_assets.{name}", (was,), (now,), exit_code)


MANY = [mutant(f"domain.m.x_f__mutmut_{number}") for number in range(100)]


def test_a_seed_draws_the_same_mutants_whatever_became_of_them_and_in_any_order() -> None:
    tried = [mutant(one.name.removeprefix("pipeline_assets."), exit_code=1) for one in MANY]
    first, again = draw(MANY, 10, seed=7), draw(tried[::-1], 10, seed=7)
    assert [one.name for one in first] == [one.name for one in again]
    assert [one.name for one in draw(MANY, 10, seed=8)] != [one.name for one in first]
    assert draw(MANY, 30, seed=7)[:10] == first
    assert sorted(draw(MANY, 1000, seed=7), key=MANY.index) == MANY


@pytest.mark.parametrize("prefix", ["", "pipeline_assets."])
def test_a_module_or_a_folder_chooses_its_mutants(prefix: str) -> None:
    one, two, other = (
        mutant(f"{module}.x_f__mutmut_1")
        for module in ("domain.brands.names", "domain.brands.plan", "domain.brands_old")
    )
    every = [one, two, other]
    assert chosen(every, f"{prefix}domain.brands.names") == [one]
    assert chosen(every, f"{prefix}domain.brands") == [one, two]
    assert chosen(every, "") == every


def test_a_module_is_looked_for_in_its_own_group() -> None:
    patterns = ["pipeline_assets/domain/*", "pipeline_assets/inbox/*"]
    assert all(holds(patterns, module) for module in ("", "domain.brands.names", "inbox"))
    assert not holds(patterns, "services.files")


def test_the_report_counts_each_module_and_shows_every_change_that_no_test_noticed() -> None:
    listed = 'mutants = [{ module = "inbox.a", was = "n + 1", now = "n + 2", why = "Only new." }]'
    found = [
        mutant("inbox.a.x_f__mutmut_1", 1),
        mutant("inbox.a.x_f__mutmut_2", -24),  # its time was up
        mutant("inbox.a.x_f__mutmut_3", 0, "x < 1", "x <= 1"),
        mutant("inbox.a.x_f__mutmut_4", 0, "n + 1", "n + 2"),
        mutant("inbox.b.x_f__mutmut_1", 33, "y", "z"),
        mutant("inbox.b.x_f__mutmut_2", None),
    ]
    lines = [line.split() for line in report(found, equivalent_mutants(listed))]
    assert lines[1:4] == [
        ["inbox.a", "2", "1", "0", "1", "0", "66.7%"],
        ["inbox.b", "0", "0", "1", "0", "1", "0.0%"],
        ["all", "2", "1", "1", "1", "1", "50.0%"],
    ]
    assert [" ".join(line) for line in lines[4:] if line] == [
        "pipeline_assets.inbox.a.x_f__mutmut_3 (survived)",
        "- x < 1",
        "+ x <= 1",
        "pipeline_assets.inbox.b.x_f__mutmut_1 (no test)",
        "- y",
        "+ z",
    ]


MUTATED = """\
def x_f__mutmut_orig(n): # type: ignore # mutmut generated
    m = n + 1 # type: ignore # mutmut generated
    return m # type: ignore # mutmut generated
def x_f__mutmut_1(n): # type: ignore # mutmut generated
    m = n - 1 # type: ignore # mutmut generated
    return m # type: ignore # mutmut generated
"""


def test_results_are_read_from_the_folder_but_those_of_deleted_modules(tmp_path: Path) -> None:
    for module in ("inbox/a.py", "inbox/gone.py"):
        path = tmp_path / "mutants" / "pipeline_assets" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MUTATED)
        name = f"pipeline_assets.{module[:-3].replace('/', '.')}.x_f__mutmut_1"
        Path(f"{path}.meta").write_text(json.dumps({"exit_code_by_key": {name: 0}}))
    (tmp_path / "pipeline_assets/inbox").mkdir(parents=True)
    (tmp_path / "pipeline_assets/inbox/a.py").touch()
    expected = Mutant(
        "pipeline_assets.inbox.a.x_f__mutmut_1", ("m = n + 1",), ("m = n - 1",), exit_code=0
    )
    assert read_mutants(tmp_path) == [expected]
    assert expected.module == "inbox.a"


def test_each_function_is_tried_with_the_quickest_of_its_tests(tmp_path: Path) -> None:
    path = tmp_path / "stats.json"
    statistics = {
        "tests_by_mangled_function_name": {"x_f": ["slow", "quick", "fair"], "x_g": ["slow"]},
        "duration_by_test": {"slow": 3.0, "quick": 0.1, "fair": 1.0},
    }
    path.write_text(json.dumps(statistics))
    keep_quickest(path, most=2)
    kept = {"x_f": ["quick", "fair"], "x_g": ["slow"]}
    assert json.loads(path.read_text()) == statistics | {"tests_by_mangled_function_name": kept}


def test_an_entry_of_the_list_that_fits_no_mutant_of_its_module_is_reported() -> None:
    changes = [("inbox.a", "a", "b"), ("inbox.a", "old", "b"), ("not tried", "a", "b")]
    found = list(listed_in_vain([mutant("inbox.a.x_f__mutmut_1", 1)], changes))
    assert found == ["\nlisted as equivalent, but no mutant of inbox.a:\n  - old\n  + b"]


def test_the_list_of_this_project_can_be_read_and_each_entry_says_why() -> None:
    listed = equivalent_mutants(mutants.EQUIVALENT.read_text("utf-8"))
    assert listed
    assert all(why.endswith(".") for why in listed.values())
