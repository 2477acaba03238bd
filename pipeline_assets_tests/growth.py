"""How a cost grows with the size of what is given: a ratio of CPU times measured side by side."""

import gc
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import TypeVar

_Given = TypeVar("_Given")

TIMES = 4
MOST = 9.0
"""Four times as much should cost four times as much; with the square it would be sixteen."""


def growth(make: Callable[[int], _Given], work: Callable[[_Given], object], count: int) -> float:
    """How many times the CPU time of `count` the work takes for four times as many, by medians."""
    small, large = make(count), make(TIMES * count)
    rounds = [(_seconds(work, small), _seconds(work, large)) for _ in range(3)]
    return median(large for _, large in rounds) / median(small for small, _ in rounds)


def _seconds(work: Callable[[_Given], object], given: _Given) -> float:
    gc.collect()
    begun = process_time()
    work(given)
    return process_time() - begun
