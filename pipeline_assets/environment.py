"""The settings in force, or one sentence on what is wrong with them.

Checked as soon as they are read: invalid values, and variables that look like a misspelt setting.
"""

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline_assets.errors import UsageError
from pipeline_assets.settings import Settings

_PREFIX = "PIPELINE_"
_OF_TESTS = "PIPELINE_TESTS_"
# Two names that are at least this similar are one name and its misspelling.
_SIMILARITY = 0.75
# DATA_DIRECTORY is DATA_DIR written out.
_SHORTEST_STEM = 6


def settings_in_force(**given: Any) -> Settings:
    """The settings from `given` (by field), then the environment, then the defaults.

    Raises `UsageError` for an invalid value, for a name of no setting, and for a variable of the
    environment that is nearly the name of a setting.
    """
    for name in unknown_variables():
        _refuse_misspelt(name)
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(_sentence(one, given) for one in error.errors())
        raise UsageError(f"A setting is invalid. {wrong}") from error


def unknown_variables() -> list[str]:
    """The environment's variables `PIPELINE_…` that are no settings, sorted."""
    known = {name.upper() for name in _variables()}
    return sorted(
        name
        for name in os.environ
        if name.upper().startswith(_PREFIX)
        and not name.upper().startswith(_OF_TESTS)
        and name.upper() not in known
    )


def unknown_variables_in_words(names: Sequence[str]) -> str:
    """That these variables are ignored."""
    are = "is not a setting" if len(names) == 1 else "are not settings"
    what = "it has" if len(names) == 1 else "they have"
    return f"{', '.join(names)} {are} of pipeline-assets; {what} no effect."


def _variables() -> dict[str, str]:
    """The variable of each setting → the setting's name."""
    return {_variable(name): name for name in Settings.model_fields}


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias if name in Settings.model_fields else None
    return str(alias or f"{_PREFIX}{name.upper()}")


def _refuse_misspelt(name: str) -> None:
    """Raise `UsageError` if an unknown variable is nearly the name of a setting."""
    # Without the prefix, which would make all of them similar.
    without = {variable.removeprefix(_PREFIX): variable for variable in _variables()}
    meant = _closest(name.upper().removeprefix(_PREFIX), without)
    if meant is not None:
        raise UsageError(
            f"{name} is not a setting; {without[meant]} is. Correct the name of the variable, or "
            "unset it."
        )


def _closest(name: str, names: Iterable[str]) -> str | None:
    """The name that is meant: one that has been written out, or the most similar."""
    names = list(names)
    for known in names:
        if len(known) >= _SHORTEST_STEM and name.startswith(known):
            return known
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=_SIMILARITY)), None)


def _sentence(error: Any, given: dict[str, Any]) -> str:
    """What is wrong with one setting; its value is not shown, as it may hold a password."""
    first = str(error["loc"][0]) if error["loc"] else ""
    name = _variables().get(first, first)
    if error["type"] == "extra_forbidden":
        meant = _closest(name, Settings.model_fields)
        return f"{name} is not the name of a setting" + (f"; {meant} is" if meant else "")
    shown = name if name in given else _variable(name)
    return f"{shown}: {error['msg'].removeprefix('Value error, ')}"
