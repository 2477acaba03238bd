"""How numbers, days and names are written on a page."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipeline_assets.reporting.tables import shortened

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST_NAME, _LONGEST_KEY, _LONGEST_SENTENCE = 90, 40, 400
# Names of companies this short are abbreviations: IGA.
_ABBREVIATION = 3


def number(value: int) -> str:
    """`1,234`."""
    return f"{value:,}"


def dollars(cents: int) -> str:
    """`$1,234.50`."""
    return f"${cents // 100:,}.{cents % 100:02d}"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent: `12.3 %`, `<0.1 %`, or a dash where there is no whole."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    return "<0.1\u00a0%" if 0 < percent < 0.1 else f"{percent:.1f}\u00a0%"


def change(before_cents: int, now_cents: int) -> str:
    """By how much a price changed: `+12.5 %`, with a real minus."""
    percent = 100 * now_cents / before_cents - 100
    return f"{percent:+,.1f}\u00a0%".replace("-", "−")


def level(value: float) -> str:
    """A price level: `100`, `104.3`."""
    return f"{value:,.1f}".removesuffix(".0")


def day(value: date | None) -> str:
    """`3 Sep 2025`, or a dash."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if value else "–"


def short_day(value: date) -> str:
    """`3 Sep`."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def moment(at: datetime, timezone: str) -> str:
    """A time in UTC as clocks show it: `3 Sep 2025, 14:05`."""
    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))
    return f"{day(local.date())}, {local:%H:%M}"


def quantity(value: int, noun: str) -> str:
    """`1 store`, `2 stores`."""
    is_like_company = noun.endswith("y") and noun[-2:-1] not in "aeiou"
    plural = f"{noun[:-1]}ies" if is_like_company else f"{noun}s"
    return f"{value:,} {noun if value == 1 else plural}"


def company_title(key: str) -> str:
    """A company's key as people write it: `Aldi`, `IGA`."""
    key = shortened(key, _LONGEST_KEY)
    return key.upper() if len(key) <= _ABBREVIATION else key[:1].upper() + key[1:]


def name(text: str) -> str:
    """A name from a file, cut in the middle if it is very long."""
    return shortened(text, _LONGEST_NAME)


def sentence(text: str) -> str:
    """What a check says, likewise."""
    return shortened(text, _LONGEST_SENTENCE)


def size_beside(text: str, size: str | None) -> str:
    """A size to show beside a name; empty if the name has it, or its number and unit."""
    if not size or _together(size) in _together(text):
        return ""
    return key(size)


def _together(text: str) -> str:
    return "".join(text.lower().split())


def key(text: str) -> str:
    """An identifier from a file, likewise."""
    return shortened(text, _LONGEST_KEY)
