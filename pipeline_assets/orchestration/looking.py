"""Opening Dagster's storage only to look at it: then nothing is created or repaired."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline_assets.errors import NoDagsterStorageError

_ONLY_LOOKS = ContextVar("only_looks", default=False)


@contextmanager
def only_looking() -> Iterator[None]:
    """Within the block, `refuse_if_only_looking` raises."""
    token = _ONLY_LOOKS.set(True)
    try:
        yield
    finally:
        _ONLY_LOOKS.reset(token)


def refuse_if_only_looking(place: object, *, is_new: bool) -> None:
    """Call this before a storage is created (`is_new`) or repaired.

    Raises `NoDagsterStorageError` if it is only to be looked at.
    """
    if _ONLY_LOOKS.get():
        raise NoDagsterStorageError(place, is_new=is_new)
