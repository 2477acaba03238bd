"""How long the soaks are: `PIPELINE_TESTS_SOAK_ROUNDS` rounds, which a seed selects."""

import os
import random

SEED = int(os.environ.get("PIPELINE_TESTS_SEED", random.SystemRandom().randrange(10**6)))


def rounds(full: int) -> int:
    """The rounds of a soak that has so many in full."""
    asked = int(os.environ.get("PIPELINE_TESTS_SOAK_ROUNDS", full))
    return max(1, min(full, asked))
