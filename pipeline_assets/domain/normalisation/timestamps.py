"""A snapshot's date and time: text to a moment in UTC and the store's local day."""

from datetime import UTC, date, datetime, tzinfo


def parse_moment(text: object, zone: tzinfo) -> tuple[datetime, date] | None:
    """An ISO date or date-time as (UTC without zone, local day); None when it is neither.

    A date counts as 00:00 on that day; a text that names no zone is in `zone`.
    """
    if not isinstance(text, str):
        return None
    try:
        local = datetime.fromisoformat(text.strip())
        local = local.replace(tzinfo=zone) if local.tzinfo is None else local.astimezone(zone)
        return local.astimezone(UTC).replace(tzinfo=None), local.date()
    except (ValueError, OverflowError):
        return None
