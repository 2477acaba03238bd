"""JSON integers too long to decode: no catalogue needs their value, but their row can be kept."""

import re

# What the decoder, like Python, converts at most; longer ones would take quadratic time.
MAX_DIGITS = 4_300

# Strings are matched too, so that no digits within one are taken for a number.
_TOKEN = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*"?|(?<![0-9.eE])(?<![eE][+-])([0-9]{%d,})(?![0-9.eE])'
    % (MAX_DIGITS + 1),
    re.DOTALL,
)


def long_integers_as_decimals(text: bytes) -> bytes:
    """The JSON text with `.0` after each integer that is too long, so that it can be decoded."""
    return _TOKEN.sub(lambda match: match[0] + b".0" if match[1] else match[0], text)
