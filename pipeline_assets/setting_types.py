"""The types of settings: each checks its value as it is read, and says what would be right."""

import re
from fractions import Fraction
from importlib.util import find_spec
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.urls import check_driver, parse_url
from pipeline_assets.domain.groups.shares import MAX_DENOMINATOR, exact_share
from pipeline_assets.extras import how_to_install
from pipeline_assets.inbox.object_urls import parse_object_url

_OWNER = re.compile(r"team:[\w.-]+|[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/]\S*")

# Longer ones lead to moments that no date can be reckoned with.
Seconds = Annotated[float, Field(ge=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
MAX_DAYS = 100 * 366
Days = Annotated[int, Field(ge=0, le=MAX_DAYS)]


def check_share(text: str) -> str:
    """The text itself; raises `ValueError` unless it is a share from 0 to 1."""
    try:
        share = exact_share(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1 or share.denominator > MAX_DENOMINATOR:
        raise ValueError("give a share from 0 to 1, such as 0.98 or 2/3")
    return text


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = f"there is no time zone {name!r}; use a name such as Australia/Sydney"
        raise ValueError(message) from error
    return name


def _checked_url(url: str) -> str:
    """Raises `UsageError` for a database that no catalogue can be on."""
    if url:
        parsed = parse_url(url)
        dialect_of(parsed.get_backend_name())
        check_driver(parsed)
    return url


def _checked_files_url(url: str) -> str:
    if url:
        parse_object_url(url)
        if find_spec("obstore") is None:
            raise ValueError(f"obstore is not installed; run: {how_to_install('obstore')}")
    return url.rstrip("/")


def _checked_source(source: str) -> str:
    if source == "browser" and find_spec("playwright") is None:
        raise ValueError(f"Playwright is not installed; run: {how_to_install('playwright')}")
    return source


def names_in(text: str) -> list[str]:
    """The names in a list that is separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _checked_owners(text: str) -> str:
    names = names_in(text)
    wrong = [name for name in names if not _OWNER.fullmatch(name)]
    if wrong or not names:
        raise ValueError("give e-mail addresses or team:name, separated by commas")
    return text


def _checked_address(url: str) -> str:
    if url and not _ADDRESS.fullmatch(url):
        raise ValueError("give an address that begins with https:// or http://")
    return url.rstrip("/")


Share = Annotated[str, AfterValidator(check_share)]
"""An exact share from 0 to 1, as a decimal or a fraction."""

ZoneName = Annotated[str, AfterValidator(_checked_zone)]

DatabaseUrl = Annotated[str, AfterValidator(_checked_url)]
"""An SQLAlchemy URL of a database that a catalogue can be on, or nothing."""

FilesUrl = Annotated[str, AfterValidator(_checked_files_url)]
"""The URL of an object store, or nothing."""

SessionSource = Annotated[Literal["cookie_file", "browser"], AfterValidator(_checked_source)]

Owners = Annotated[str, AfterValidator(_checked_owners)]
"""People and teams, in Dagster's notation."""

WebAddress = Annotated[str, AfterValidator(_checked_address)]
"""An address on the web, without a slash at its end, or nothing."""
