"""The states and territories of Australia, as files and directories write them."""

from collections.abc import Mapping

ELSEWHERE = "elsewhere"
"""Where a store is whose state is unknown or none of these."""

_NAMES: Mapping[str, str] = {
    "NSW": "new south wales",
    "VIC": "victoria",
    "QLD": "queensland",
    "WA": "western australia",
    "SA": "south australia",
    "TAS": "tasmania",
    "ACT": "australian capital territory",
    "NT": "northern territory",
}
STATES = tuple(_NAMES)
"""Their usual abbreviations, by population."""

_BY_NAME = {name: code for code, name in _NAMES.items()} | {code.lower(): code for code in _NAMES}


def state_of(text: str | None) -> str:
    """The abbreviation of a state that is written as ` vic` or `Victoria`, or `ELSEWHERE`."""
    return _BY_NAME.get(" ".join((text or "").lower().split()), ELSEWHERE)
