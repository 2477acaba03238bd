"""Causes: what is wrong, in words that can be compared with those of another time.

A cause is a set of words, separated by spaces. What names one offender less is covered by what was
told before; what names another one is news.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

_MOST_OFFENDERS = 500
_DIGEST_LENGTH = 12


def cause_of(keys: Iterable[Any]) -> str:
    """A cause that names each of these by a short word, in whatever order they come.

    500 and more are one word together.
    """
    words = sorted({digest(repr(key)) for key in keys})
    return " ".join(words) if len(words) < _MOST_OFFENDERS else digest(" ".join(words))


def is_covered(cause: str, by: str) -> bool:
    """Whether a cause is nothing new where the other one has been told."""
    return set(cause.split()) <= set(by.split())


def digest(text: str) -> str:
    """A short word for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
