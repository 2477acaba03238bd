"""Fails if something costs grossly more than it did. Compares ratios, never times.

    python -m benchmarks.check_ratios

Times differ between machines; the ratio of two costs that were measured in one run hardly does. The
bounds are wide: they are for what makes a thing twice as slow, not for a few per cent. Nothing here
needs an earlier commit, as a clone may have none.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ingest, store_groups
from benchmarks.figures import Figure, show
from benchmarks.sensor_way import Bench, rate_of_daemon

_FILES_OF_DAEMON = 12


@dataclass(frozen=True, slots=True)
class Bound:
    """What may become of the ratio of the figures whose measure begins so."""

    measure: str
    least: float = 0
    most: float = float("inf")

    def is_kept(self, figure: Figure) -> bool:
        """Whether the figure is within it."""
        return figure.ratio is not None and self.least <= figure.ratio <= self.most


# Measured, each on a machine with much else to do: see docs/performance.md.
_BOUNDS = (
    Bound("known file of", most=12),
    Bound("first file of a store", most=12),
    Bound("known file, 100,000 products", most=2),
    Bound("groups of 300 stores, beside the bare reading", most=6),
    Bound("files through daemon and sensor", least=2),
)


def measured() -> list[Figure]:
    """Short forms of the benchmarks."""
    return [
        *ingest.figures(files=9, new_rows=5_000, rounds=1, sizes=((10_000, 100), (100_000, 100))),
        *store_groups.figures(sizes=(300,), rounds=1, earlier=""),
        _sensor_way(),
    ]


def _sensor_way() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), 2_800, None)
        return Figure(
            measure="files through daemon and sensor",
            unit="files/min",
            readings=(rate_of_daemon(bench, _FILES_OF_DAEMON),),
            beside=(rate_of_daemon(bench, _FILES_OF_DAEMON, "default"),),
            beside_is="Dagster's default launcher",
        )


def main() -> int:
    """Measure, print, compare; the exit status."""
    found = measured()
    show(found)
    broken = 0
    for bound in _BOUNDS:
        figures = [one for one in found if one.measure.startswith(bound.measure) and one.beside]
        assert figures, f"nothing measures {bound.measure!r}"
        for figure in figures:
            if not bound.is_kept(figure):
                broken += 1
                print(f"{figure.measure}: {figure.ratio:.2f} times, allowed is {bound}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
