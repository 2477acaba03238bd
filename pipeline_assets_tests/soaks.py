"""How long soaks and fuzzers are; a seed, `PIPELINE_TESTS_SEED`, selects what they try."""

import os
import random
import time
from collections.abc import Iterator

SEED = int(os.environ.get("PIPELINE_TESTS_SEED", random.SystemRandom().randrange(10**6)))

# Read now: a test's workplace drops the settings that it has not made itself.
_ROUNDS = os.environ.get("PIPELINE_TESTS_SOAK_ROUNDS")
_FUZZ_SECONDS = float(os.environ.get("PIPELINE_TESTS_FUZZ_SECONDS", "5"))


def rounds(full: int) -> int:
    """The rounds of a soak with so many in full; `PIPELINE_TESTS_SOAK_ROUNDS` asks for fewer."""
    asked = full if _ROUNDS is None else int(_ROUNDS)
    return max(1, min(full, asked))


def fuzzing() -> Iterator[None]:
    """As many times as fit into `PIPELINE_TESTS_FUZZ_SECONDS` (5), and once at least."""
    until = time.monotonic() + _FUZZ_SECONDS
    yield
    while time.monotonic() < until:
        yield
