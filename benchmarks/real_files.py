"""CPU and wall time of a drain of real scrape files with post-processing, from an empty catalogue.

    python -m benchmarks.real_files [--rounds 3] [--scrapes ../shared/data/scrapes]

Beside it drains an earlier commit the same files, in turn. Processes count from start to end,
imports included.
"""

import argparse
import shutil
import sys
from pathlib import Path

from benchmarks.children import COMMANDS, ROOT, Spent, home_of, product_inbox, run
from benchmarks.earlier_commit import BEFORE, checkout
from benchmarks.figures import Figure, show

SCRAPES = ROOT.parent / "shared" / "data" / "scrapes"


def figures(rounds: int = 3, scrapes: Path = SCRAPES, earlier: str = BEFORE) -> list[Figure]:
    """CPU and wall seconds of the whole command; none where there are no real files."""
    files = sorted(scrapes.glob("*.jsonl.gz"))
    if not files:
        return []
    with checkout(earlier) as before:
        sides: dict[Path, list[Spent]] = {ROOT: [], before: []}
        for _ in range(rounds):
            for code, spent in sides.items():
                spent.append(_drain(code, files))
        now, then = sides.values()
    about = {"measure": f"drain of {len(files)} real files, post-processed"}
    beside_is = f"commit {earlier}"
    return [
        Figure(
            **about,
            unit=unit,
            readings=tuple(getattr(one, field) for one in now),
            beside=tuple(getattr(one, field) for one in then),
            beside_is=beside_is,
        )
        for field, unit in (("cpu", "s CPU"), ("wall", "s"))
    ]


def _drain(code: Path, files: list[Path]) -> Spent:
    with home_of(code) as environment:
        inbox = product_inbox(environment)
        for file in files:
            shutil.copy(file, inbox)
        return run((*COMMANDS, "drain", "--json"), environment)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="readings of each (3)")
    parser.add_argument("--scrapes", type=Path, default=SCRAPES, help="folder of real files")
    asked = parser.parse_args()
    found = figures(asked.rounds, asked.scrapes)
    if not found:
        sys.exit(f"There are no real files in {asked.scrapes}; name their folder: --scrapes FOLDER")
    show(found)


if __name__ == "__main__":
    main()
