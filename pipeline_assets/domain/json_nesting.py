"""How deeply JSON from outside may nest.

The interpreter's own limit varies: Python 3.11 counts C and Python calls together (1,000 in all),
3.12 and 3.13 count C calls separately (1,500 and 10,000). So the project has its own limit, low
enough that decoding, showing and walking a value stay below all three.
"""

import re
from itertools import accumulate

MAX_NESTING = 512

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def check_nesting(text: bytes) -> None:
    """Raise `ValueError` where arrays and objects nest deeper than `MAX_NESTING`."""
    if text.count(b"[") + text.count(b"{") <= MAX_NESTING:
        return  # almost every text: no need to look closer
    brackets = _STRING.sub(b"", text).translate(None, _ALL_BUT_BRACKETS)
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in brackets)
    if max(depths, default=0) > MAX_NESTING:
        raise ValueError(f"nested more than {MAX_NESTING} deep")
