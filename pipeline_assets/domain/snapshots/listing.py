"""One row of a snapshot: what makes it acceptable, and what is read from it.

Each rule gives its reason; the rules are tried in the order in which they are listed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.domain.normalisation.money import price_cents
from pipeline_assets.domain.normalisation.timestamps import parse_moment
from pipeline_assets.domain.normalisation.unit_prices import parse_unit_price
from pipeline_assets.domain.normalisation.words import normalise_brand
from pipeline_assets.domain.retailers import IMAGE_KEYS, NO_BARCODE_KEYS

MAX_NAME_LENGTH = 512
MAX_SKU_LENGTH = 128
MAX_TEXT_LENGTH = 255
MAX_URL_LENGTH = 2048
MAX_CATEGORY_LENGTH = 512
MAX_CATEGORY_LEVELS = 16  # each level is a category of its own; shops have four
CATEGORY_SEPARATOR = " › "


if TYPE_CHECKING:  # mypy cannot read defstruct; this way it finds misspelt keys of RawProduct
    _RetailersKeys = msgspec.Struct
else:
    _RetailersKeys = msgspec.defstruct(
        "_RetailersKeys", [(key, Any, None) for key in (*IMAGE_KEYS, *NO_BARCODE_KEYS)]
    )


class RawProduct(_RetailersKeys):
    """The keys of a row's `product` that are used, as decoded: each may have any JSON value.

    The base class has the keys that only some retailers use.
    """

    name: Any = None
    sku: Any = None
    brand: Any = None
    size: Any = None
    barcode: Any = None
    price_current: Any = None
    price_was: Any = None
    price_save_amount: Any = None
    is_on_special: Any = None
    per_unit_price_string: Any = None
    category_path: Any = None
    description: Any = None
    url: Any = None
    image_url: Any = None
    is_available: Any = None
    no_barcode_checked_at: Any = None


class ListedFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a listing says about the article itself; its SKU keeps this.

    `category_path` joins the levels, root first, with ` › `. `description` is the name on the
    shelf, of retailers whose descriptions are that.
    """

    name: str
    brand: str | None
    size: str | None
    category_path: str | None
    url: str | None
    image_url: str | None
    aldi_image_url: str | None
    description: str | None


class Terms(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a store says about its price. Money in cents, unit price in e-4 $."""

    was_price_cents: int | None
    saving_cents: int | None
    is_on_special: bool
    unit_price_e4: int | None
    unit_of_measure: str | None
    is_available: bool | None


class Listing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One accepted row: an article as one store lists it.

    `price_cents` is None for an article without a price today; `barcode` is a valid GTIN-13;
    `no_barcode_checked_at` (UTC) is when it was found to have no barcode, if that was before the
    snapshot.
    """

    line: int
    sku: str
    barcode: str | None
    has_no_barcode: bool
    no_barcode_checked_at: datetime | None
    facts: ListedFacts
    price_cents: int | None
    terms: Terms


class RowRejection(Exception):  # noqa: N818 - an outcome of a row, not a failure of the program
    """Why a row is not accepted: the rule's name and the facts."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def to_listing(
    line: int, raw: RawProduct, dropped: dict[str, int], *, keeps_description: bool = False
) -> Listing:
    """The listing in a row; raises `RowRejection`. Counts dropped fields by name in `dropped`.

    `keeps_description`: whether the retailer's descriptions are names on the shelf.
    """
    name = _required_text(raw.name, "name", MAX_NAME_LENGTH)
    sku = _required_text(raw.sku, "sku", MAX_SKU_LENGTH)
    cents = None
    if raw.price_current is not None:
        cents = price_cents(raw.price_current)
        if cents is None:
            raise RowRejection(
                "bad_price",
                f"price_current is {shorten(raw.price_current)}, not a number above 0 and at most "
                "99,999.99",
            )
    barcode = normalise_barcode(raw.barcode, sku) if raw.barcode is not None else None
    if barcode is None and raw.barcode is not None:
        dropped["barcode"] = dropped.get("barcode", 0) + 1
    return Listing(
        line=line,
        sku=sku,
        barcode=barcode,
        has_no_barcode=is_known_without_barcode(raw),
        no_barcode_checked_at=_checked_at(raw.no_barcode_checked_at)
        if raw.no_barcode_checked_at is not None
        else None,
        facts=_facts(name, raw, dropped, keeps_description=keeps_description),
        price_cents=cents,
        terms=_terms(raw),
    )


def _facts(
    name: str, raw: RawProduct, dropped: dict[str, int], *, keeps_description: bool
) -> ListedFacts:
    return ListedFacts(
        name=name,
        brand=_brand(raw.brand, dropped),
        size=_text(raw.size, "size", MAX_TEXT_LENGTH, dropped),
        category_path=_category(raw.category_path, dropped),
        url=_text(raw.url, "url", MAX_URL_LENGTH, dropped),
        image_url=_text(raw.image_url, "image_url", MAX_URL_LENGTH, dropped),
        aldi_image_url=_second_image(raw, dropped),
        description=_text(raw.description, "description", MAX_TEXT_LENGTH, dropped)
        if keeps_description
        else None,
    )


def _brand(value: object, dropped: dict[str, int]) -> str | None:
    """A brand is dropped too when its normalised name is too long: `ﬃ` becomes three letters."""
    brand = _text(value, "brand", MAX_TEXT_LENGTH, dropped)
    if brand is None or brand.isascii() or len(normalise_brand(brand) or "") <= MAX_TEXT_LENGTH:
        return brand
    dropped["brand"] = dropped.get("brand", 0) + 1
    return None


def _terms(raw: RawProduct) -> Terms:
    unit = parse_unit_price(raw.per_unit_price_string)
    return Terms(
        was_price_cents=price_cents(raw.price_was) if raw.price_was is not None else None,
        saving_cents=price_cents(raw.price_save_amount)
        if raw.price_save_amount is not None
        else None,
        is_on_special=raw.is_on_special is True,
        unit_price_e4=unit.price_e4 if unit else None,
        unit_of_measure=unit.unit if unit else None,
        is_available=raw.is_available if isinstance(raw.is_available, bool) else None,
    )


def is_known_without_barcode(raw: RawProduct) -> bool:
    """Whether the row marks its article as known to have no barcode."""
    for key in NO_BARCODE_KEYS:  # noqa: SIM110 - per row, and `any` is three times slower
        if getattr(raw, key) is True:
            return True
    return False


def _second_image(raw: RawProduct, dropped: dict[str, int]) -> str | None:
    for key in IMAGE_KEYS:
        value = getattr(raw, key)
        if value is not None:
            return _text(value, key, MAX_URL_LENGTH, dropped)
    return None


def _checked_at(value: object) -> datetime | None:
    moment = parse_moment(value, UTC)
    return moment[0] if moment else None


def shorten(value: object, length: int = 60) -> str:
    """A value in a form that a message can show."""
    try:
        shown = str(value) if isinstance(value, Decimal) else repr(value)
    except RecursionError:  # not too deep to decode, but too deep to show
        shown = f"a {type(value).__name__} nested too deeply"
    return shown if len(shown) <= length else f"{shown[:length]}…"


def _required_text(value: object, key: str, length: int) -> str:
    text = value.strip() if isinstance(value, str) else _as_text(value)
    if not text:
        raise RowRejection(f"no_{key}", f"{key} is {shorten(value)}, not text or a number")
    if len(text) > length:
        raise RowRejection("too_long", f"{key} has {len(text)} characters, more than {length}")
    return text


def _as_text(value: object) -> str | None:
    """A number as it stands in the file."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return None


def _text(value: object, key: str, length: int, dropped: dict[str, int]) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if len(text) <= length:
            return text or None
    dropped[key] = dropped.get(key, 0) + 1
    return None


def _category(value: object, dropped: dict[str, int]) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        try:
            path = CATEGORY_SEPARATOR.join([level for it in value if (level := it.strip())])
        except AttributeError:  # of the types that JSON has, only text has `strip`
            path = None
        if (
            path is not None
            and len(path) <= MAX_CATEGORY_LENGTH
            and path.count(CATEGORY_SEPARATOR) < MAX_CATEGORY_LEVELS
        ):
            return path or None
    dropped["category_path"] = dropped.get("category_path", 0) + 1
    return None


def other_store(metadata: Mapping[str, object], company: str, store_id: str) -> str | None:
    """The store that a row's own metadata names, if it is not the file's store."""
    named = metadata.get("company"), metadata.get("store_id")
    if named == (company, store_id):  # almost always, so it comes first
        return None
    row_company, row_store = (None if part is None else str(part).strip() for part in named)
    if row_company not in (None, "") and row_company.lower() != company:
        return f"{row_company} {row_store}"
    if row_store not in (None, "") and row_store != store_id:
        return f"{row_company} {row_store}"
    return None
