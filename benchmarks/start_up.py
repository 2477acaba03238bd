"""CPU time that commands need before they do any work, and of their imports.

    python -m benchmarks.start_up [--rounds 7] [--earlier 24c292d]

Each command runs in a process of its own, on a prepared catalogue whose inboxes are empty. Beside
it runs the same command of an earlier commit, in turn.
"""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.children import COMMANDS, ROOT, home_of, run
from benchmarks.earlier_commit import BEFORE, checkout
from benchmarks.figures import Figure, show

_PROCESSES: dict[str, Sequence[str]] = {
    "import pipeline_assets.definitions": ("-c", "import pipeline_assets.definitions"),
    "--help": (*COMMANDS, "--help"),
    "status": (*COMMANDS, "status"),
    "alert": (*COMMANDS, "alert"),
    "requeue --all-halted": (*COMMANDS, "requeue", "--all-halted"),
    "drain": (*COMMANDS, "drain"),
    "post-process": (*COMMANDS, "post-process"),
}


def figures(rounds: int = 7, earlier: str = BEFORE) -> list[Figure]:
    """For each command the CPU seconds of its whole process, which has nothing to do."""
    with ExitStack() as stack:
        before = stack.enter_context(checkout(earlier))
        sides = [_prepared(stack, code) for code in (ROOT, before)]
        found: dict[str, tuple[list[float], list[float]]] = {}
        for _ in range(rounds):
            for name, arguments in _PROCESSES.items():
                readings = found.setdefault(name, ([], []))
                for reading, environment in zip(readings, sides, strict=True):
                    reading.append(run(arguments, environment).cpu)
    return [
        Figure(
            measure=f"start-up: {name}",
            unit="s CPU",
            readings=tuple(now),
            beside=tuple(then),
            beside_is=f"commit {earlier}",
        )
        for name, (now, then) in found.items()
    ]


def _prepared(stack: ExitStack, code: Path) -> dict[str, str]:
    """The environment of one side, with a prepared home of its own."""
    environment = stack.enter_context(home_of(code))
    for _ in range(2):  # the second leaves compiled modules and nothing to do behind
        run((*COMMANDS, "drain"), environment)
    return environment


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="readings of each (7)")
    parser.add_argument("--earlier", default=BEFORE, help=f"the commit beside it ({BEFORE})")
    asked = parser.parse_args()
    show(figures(asked.rounds, asked.earlier))


if __name__ == "__main__":
    main()
