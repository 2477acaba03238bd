"""A plugin of pytest for the sessions in which `tools.mutants` tries one mutant each."""

import sys

import pytest
from hypothesis import Phase, settings

# A mutant's session has one question, whether a test fails: the same examples each time, and no
# search for the smallest of them.
settings.register_profile(
    "mutants",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
)
# Every function is called through a switch between its mutants, so recursion goes twice as deep.
_RECURSION_LIMIT = 4 * sys.getrecursionlimit()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Load the profile, after `conftest` has loaded the one of the usual sessions."""
    settings.load_profile("mutants")
    sys.setrecursionlimit(_RECURSION_LIMIT)


def pytest_sessionstart() -> None:
    """Forget what was cached before the fork, when the functions were not changed yet."""
    for name, module in list(sys.modules.items()):
        if name.startswith("pipeline_assets."):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
