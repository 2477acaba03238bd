"""Changes the code in thousands of small ways and asks for each whether a test notices.

`make mutants` runs it; CONTRIBUTING.md explains its use. mutmut makes the changes and runs, for
each, the tests that call the changed function, quickest first, until one fails. Groups of code and
their tests are in pyproject.toml under `tool.mutants`. A group has a folder in `.mutants/` with a
copy of the project and the results so far, so an interrupted run goes on where it stopped; a
changed function is tried again.
"""

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
STATE = PROJECT / ".mutants"
EQUIVALENT = PROJECT / "tools" / "equivalent_mutants.toml"
_COPIED = ("pipeline_assets", "pipeline_assets_tests", "tools", "benchmarks", "docs")
_COPIED_FILES = ("*.md", "*.txt", "*.yaml", "Makefile")
# What `mutmut run` does first: make the mutants, and run all tests once to see what each calls.
_PREPARE = """
from mutmut.__main__ import *
copy_src_dir()
copy_also_copy_files()
setup_source_paths()
create_mutants(1)
collect_or_load_stats(get_mutant_runner(1), apply_config_invalidation=True)
"""
# mutmut's exit codes: a mutant that loops until its time is up has been noticed, too.
_KILLED = frozenset({1, 3, -24, 24, 36, 152, 255, -11, -9})
_SURVIVED, _NO_TEST = frozenset({0}), frozenset({5, 33})


# A module, the lines before and after; lines are joined by spaces.
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """One change: mutmut's name for it, its lines before and after, and how its tests ended."""

    name: str
    was: tuple[str, ...]
    now: tuple[str, ...]
    exit_code: int | None

    @property
    def module(self) -> str:
        """The module that is changed, without the package's own name."""
        return self.name.removeprefix("pipeline_assets.").rpartition(".")[0]

    @property
    def change(self) -> Change:
        """What is changed, whatever its number is."""
        return self.module, " ".join(self.was), " ".join(self.now)

    @property
    def verdict(self) -> str:
        """`killed`, `survived`, `no test` or `open`."""
        for verdict, codes in (
            ("killed", _KILLED),
            ("survived", _SURVIVED),
            ("no test", _NO_TEST),
        ):
            if self.exit_code in codes:
                return verdict
        return "open"


def lay_out(group: str, settings: Mapping[str, Any]) -> Path:
    """The group's folder with a fresh copy of the project; earlier results stay in it."""
    folder = STATE / group
    folder.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        shutil.rmtree(folder / name, ignore_errors=True)
        if name != "pipeline_assets":  # there, mutmut keeps the results
            shutil.rmtree(folder / "mutants" / name, ignore_errors=True)
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    files = [path for pattern in _COPIED_FILES for path in PROJECT.glob(pattern)]
    for path in files:
        shutil.copy2(path, folder)
    options = {
        "source_paths": ["pipeline_assets"],
        "only_mutate": settings["mutate"],
        "also_copy": [*_COPIED[1:], *(path.name for path in files)],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "tools.mutant_session"],
        "pytest_add_cli_args_test_selection": [
            *("-m", "not soak", "-k", settings["tests_chosen"]),
            *settings["tests"],
        ],
        "timeout_constant": 20.0,
        "timeout_multiplier": 3.0,
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in options.items()]
    project = (PROJECT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]))
    return folder


def keep_quickest(statistics: Path, most: int) -> None:
    """Let each function be tried with the quickest of the tests that call it, so many at most."""
    found = json.loads(statistics.read_text("utf-8"))
    seconds = found["duration_by_test"]
    for function, tests in found["tests_by_mangled_function_name"].items():
        quickest = sorted(tests, key=lambda test: (seconds[test], test))[:most]
        found["tests_by_mangled_function_name"][function] = quickest
    statistics.write_text(json.dumps(found), "utf-8")


def read_mutants(folder: Path) -> list[Mutant]:
    """Every mutant of the group, by name."""
    found: list[Mutant] = []
    for results in sorted((folder / "mutants").glob("pipeline_assets/**/*.meta")):
        codes = json.loads(results.read_text("utf-8"))["exit_code_by_key"]
        is_there = (folder / results.relative_to(folder / "mutants").with_suffix("")).exists()
        if codes and is_there:
            functions = _functions(results.with_suffix("").read_text("utf-8"))
            found.extend(_mutant(name, code, functions) for name, code in codes.items())
    return found


def _functions(source: str) -> dict[str, list[str]]:
    """The bodies of all functions, by name."""
    lines = [line.replace(" # type: ignore # mutmut generated", "") for line in source.splitlines()]
    return {
        node.name: [line.strip() for line in lines[node.lineno : node.end_lineno]]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def _mutant(name: str, code: int | None, functions: Mapping[str, Sequence[str]]) -> Mutant:
    function = name.rpartition(".")[2]
    original = functions[f"{function.rpartition('__mutmut_')[0]}__mutmut_orig"]
    changes = list(difflib.ndiff(original, functions[function]))
    was = tuple(line[2:] for line in changes if line.startswith("- "))
    now = tuple(line[2:] for line in changes if line.startswith("+ "))
    return Mutant(name, was, now, code)


def draw(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of the mutants, chosen by the seed whatever their results are.

    A larger number from the same seed adds to the smaller one, so a sample can grow.
    """
    drawn = sorted(mutants, key=lambda one: one.name)
    random.Random(seed).shuffle(drawn)
    return drawn[:count]


def chosen(mutants: Iterable[Mutant], module: str) -> list[Mutant]:
    """The mutants of a module or of a folder of modules; of all without one."""
    prefix = module.removeprefix("pipeline_assets.")
    return [one for one in mutants if not prefix or f"{one.module}.".startswith(f"{prefix}.")]


def holds(patterns: Iterable[str], module: str) -> bool:
    """Whether a group's patterns of files are those of this module's folder; any without one."""
    folder = f"pipeline_assets/{module.replace('.', '/')}/"
    return not module or any(folder.startswith(pattern.rstrip("*")) for pattern in patterns)


def equivalent_mutants(listed: str) -> dict[Change, str]:
    """Mutants that change no behaviour, as (module, was, now) → why; a line each, in TOML."""
    return {
        (one["module"], one["was"], one["now"]): one["why"]
        for one in tomllib.loads(listed).get("mutants", [])
    }


def report(mutants: Sequence[Mutant], equivalent: Container[Change]) -> Iterator[str]:
    """A line per module, a line for all, then each survivor with its change."""
    verdicts: dict[str, Counter[str]] = {}
    survivors: list[Mutant] = []
    for one in mutants:
        verdict = one.verdict
        if verdict in ("survived", "no test"):
            verdict = "equivalent" if one.change in equivalent else verdict
            survivors += [] if one.change in equivalent else [one]
        verdicts.setdefault(one.module, Counter())[verdict] += 1
    yield _line("module", *_COLUMNS, "share")
    for module, counts in sorted(verdicts.items()):
        yield _counted(module, counts)
    yield _counted("all", sum(verdicts.values(), Counter()))
    for one in survivors:
        yield f"\n{one.name} ({one.verdict})"
        yield from (f"  - {line}" for line in one.was)
        yield from (f"  + {line}" for line in one.now)


def listed_in_vain(mutants: Sequence[Mutant], equivalent: Iterable[Change]) -> Iterator[str]:
    """What is listed of the modules of these mutants, and is none of them any more."""
    modules = {one.module for one in mutants}
    for module, was, now in sorted({*equivalent} - {one.change for one in mutants}):
        if module in modules:
            yield f"\nlisted as equivalent, but no mutant of {module}:\n  - {was}\n  + {now}"


_COLUMNS = ("killed", "survived", "no test", "equivalent", "open")


def _counted(module: str, counts: Counter[str]) -> str:
    tried = counts["killed"] + counts["survived"] + counts["no test"]
    share = f"{counts['killed'] / tried:.1%}" if tried else "-"
    return _line(module, *(str(counts[column]) for column in _COLUMNS), share)


def _line(module: str, *figures: str) -> str:
    return f"{module:<44}" + "".join(f"{figure:>11}" for figure in figures)


def _run_in(folder: Path, *command: str, log: Path) -> None:
    """Run a command in the group's folder; what it says goes to the log."""
    environment = os.environ | {"DAGSTER_HOME": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    with log.open("w", encoding="utf-8") as stream:
        ran = subprocess.run(command, cwd=folder, env=environment, stdout=stream, stderr=stream)
    if ran.returncode:
        sys.exit(f"error: mutmut failed; {log} shows why.")


def main() -> None:
    """Try the mutants that the arguments choose, and print what became of them."""
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["mutants"]
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--group", choices=groups, help="only this group (default: all)")
    parser.add_argument("--module", default="", help="only this module or folder: domain.brands")
    parser.add_argument("--draw", type=int, help="so many of the group's mutants, drawn by seed")
    parser.add_argument("--seed", type=int, default=1, help="selects those that are drawn (1)")
    parser.add_argument("--again", action="store_true", help="try the survivors again")
    parser.add_argument("--workers", type=int, default=1, help="mutants at a time (1)")
    arguments = parser.parse_args()
    module = arguments.module.removeprefix("pipeline_assets.")
    for group in [arguments.group] if arguments.group else groups:
        if holds(groups[group]["mutate"], module):
            _try_group(group, groups[group], arguments)


def _try_group(group: str, settings: Mapping[str, Any], arguments: argparse.Namespace) -> None:
    folder = lay_out(group, settings)
    _run_in(folder, sys.executable, "-c", _PREPARE, log=folder / "preparation.log")
    keep_quickest(folder / "mutants/mutmut-stats.json", settings["most_tests"])
    count = arguments.draw or (None if arguments.module else settings.get("draw"))

    def of_this_run(every: Sequence[Mutant]) -> list[Mutant]:
        drawn = every if count is None else draw(every, count, arguments.seed)
        return chosen(drawn, arguments.module)

    tried = of_this_run(read_mutants(folder))
    verdicts = ("open", "survived", "no test") if arguments.again else ("open",)
    left = [one for one in tried if one.verdict in verdicts]
    drawn = f" ({count} drawn by seed {arguments.seed})" if count else ""
    print(f"{group}{drawn}: {len(left)} of {len(tried)} mutants to try; {folder}/log", flush=True)
    if left:
        mutmut = str(Path(sys.executable).with_name("mutmut"))
        names = [one.name for one in left]
        command = [mutmut, "run", "--max-children", str(arguments.workers), *names]
        _run_in(folder, *command, log=folder / "log")
    every, equivalent = read_mutants(folder), equivalent_mutants(EQUIVALENT.read_text("utf-8"))
    for line in (*report(of_this_run(every), equivalent), *listed_in_vain(every, equivalent)):
        print(line)


if __name__ == "__main__":
    main()
