"""The header of a snapshot: which store it is from, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipeline_assets.domain.normalisation.timestamps import parse_moment
from pipeline_assets.errors import FileFacts, RefusedFileError

MAX_KEY_LENGTH = 64
MAX_STORE_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Header:
    """Which store a snapshot is from, and when: `scraped_at` in UTC, `scraped_date` local."""

    company: str
    store_id: str
    store_name: str | None
    state: str | None
    scraped_at: datetime
    scraped_date: date


def parse_header(metadata: Mapping[str, object], zone: ZoneInfo) -> Header:
    """The header in a row's metadata. Raises `RefusedFileError` (`no_metadata`)."""
    company = identifier(_lower(metadata.get("company")))
    store_id = identifier(metadata.get("store_id"))
    moment = parse_moment(_scraped(metadata), zone)
    missing = [
        name
        for name, value in (("company", company), ("store_id", store_id), ("date", moment))
        if value is None
    ]
    if company is None or store_id is None or moment is None:
        raise RefusedFileError(
            "no_metadata",
            f"The first line with metadata has no usable {', '.join(missing)}. A snapshot needs "
            f"company and store_id (at most {MAX_KEY_LENGTH} characters each), and scraped_date "
            "(or scraped_at) as ISO date or date-time. "
            "Fix the line and drop the file into the inbox again.",
            facts=FileFacts(company, store_id),
        )
    return Header(
        company,
        store_id,
        _label(metadata.get("store_name"), MAX_STORE_NAME_LENGTH),
        _label(metadata.get("state"), MAX_KEY_LENGTH),
        *moment,
    )


def identifier(value: object) -> str | None:
    """A company or store identifier as text; None when it is empty, too long or another type."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value if 0 < len(value) <= MAX_KEY_LENGTH else None


def _lower(company: object) -> object:
    """Before its length is checked: a few letters, such as İ, are longer in lower case."""
    return company.lower() if isinstance(company, str) else company


def _scraped(metadata: Mapping[str, object]) -> object:
    scraped_date = metadata.get("scraped_date")
    return metadata.get("scraped_at") if scraped_date is None else scraped_date


def _label(value: object, length: int) -> str | None:
    return (value.strip()[:length] or None) if isinstance(value, str) else None
