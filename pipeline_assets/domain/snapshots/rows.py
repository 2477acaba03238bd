"""The lines of a snapshot file to a snapshot: every line is a listing or a rejected row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pipeline_assets.domain.json_integers import long_integers_as_decimals
from pipeline_assets.domain.json_nesting import MAX_NESTING, check_nesting
from pipeline_assets.domain.retailers import Retailer, retailer_of
from pipeline_assets.domain.snapshots.header import Header, parse_header
from pipeline_assets.domain.snapshots.listing import (
    Listing,
    RawProduct,
    RowRejection,
    other_store,
    shorten,
    to_listing,
)
from pipeline_assets.domain.snapshots.snapshot import RejectedRow, Snapshot
from pipeline_assets.errors import FileFacts, RefusedFileError

MAX_SHOWN_LINE = 2_000
_BLOCK_ROWS, _BLOCK_BYTES = 32, 2**17


class RawLine(msgspec.Struct):
    """A decoded line: its product, if there is one, and its metadata, if there is any."""

    product: RawProduct | None = None
    metadata: dict[str, Any] | None = None


# Numbers with a decimal point become the Decimal of their own text: 2.675 stays 2.675.
_TYPED = msgspec.json.Decoder(RawLine, float_hook=Decimal)
_ANY = msgspec.json.Decoder(float_hook=Decimal)
# An exponent (1e99999999999999999999) can be larger than a Decimal holds.
_UNDECODABLE = (msgspec.DecodeError, ValueError, InvalidOperation)


def parse_snapshot(lines: Sequence[bytes], zone: ZoneInfo) -> Snapshot:
    """Read a file's lines (numbered from 1; blank lines are not rows).

    Raises `RefusedFileError` (`no_metadata`, `no_products`), whose `rejected` are the rows rejected
    so far.
    """
    header = header_of((decode(line) for line in lines if is_row(line)), zone)
    listings: list[Listing] = []
    rejected: list[RejectedRow] = []
    dropped: dict[str, int] = {}
    first_line: dict[str, int] = {}
    retailer = retailer_of(header.company)
    for number, line, raw in _decoded(lines):
        try:
            listing = _listing(number, raw, header, retailer, first_line, dropped)
        except RowRejection as rejection:
            text = line[:MAX_SHOWN_LINE].decode("utf-8", "replace")
            rejected.append(RejectedRow(number, rejection.reason, rejection.detail, text))
        else:
            first_line[listing.sku] = number
            listings.append(listing)
        del raw  # before the next one is decoded: two can be a lot
    if not listings:
        rows = len(rejected)
        facts = FileFacts(header.company, header.store_id, rows, rows)
        raise RefusedFileError("no_products", _no_products(rejected), rejected, facts)
    return Snapshot(header, listings, rejected, dropped)


def _decoded(lines: Sequence[bytes]) -> Iterator[tuple[int, bytes, RawLine | RowRejection]]:
    """Each row with its number, decoded; a few at a time.

    What a hostile line turns into can be twenty times as large as the line.
    """
    number = 1
    for start in range(0, len(lines), _BLOCK_ROWS):
        block = lines[start : start + _BLOCK_ROWS]
        decoded = _decoded_at_once(block)
        if decoded is not None:
            yield from zip(range(number, number + len(block)), block, decoded, strict=True)
            number += len(block)
            continue
        for line in block:
            if is_row(line):
                yield number, line, decode(line)
                number += 1
            else:
                number += line.count(b"\n") + 1


def _decoded_at_once(block: Sequence[bytes]) -> list[RawLine] | None:
    """The lines, if each is a row that needs no closer look; None if any of them may need one."""
    if sum(map(len, block)) > _BLOCK_BYTES:
        return None
    text = b"".join(block)
    if text.count(b"[") + text.count(b"{") > MAX_NESTING:
        return None
    decode_one = _TYPED.decode
    try:
        return [decode_one(line) for line in block]
    except _UNDECODABLE:
        return None


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, from 1. An item may be several blank lines, with line ends."""
    number = 1
    for line in lines:
        yield number, line
        number += 1 if is_row(line) else line.count(b"\n") + 1


def is_row(line: bytes) -> bool:
    """Whether a line is a row: one that is not blank."""
    return bool(line) and not line.isspace()


def header_of(decoded: Iterable[RawLine | RowRejection], zone: ZoneInfo) -> Header:
    """The header in the first line that has metadata; it applies to the whole file."""
    is_empty = True
    for raw in decoded:
        is_empty = False
        if isinstance(raw, RawLine) and raw.metadata is not None:
            return parse_header(raw.metadata, zone)
    if is_empty:
        raise RefusedFileError(
            "no_metadata", "The file is empty: it has no rows. Check the scraper and scrape again."
        )
    raise RefusedFileError(
        "no_metadata",
        "No line has metadata, so the store and the time are unknown. A line should look like "
        '{"product": {...}, "metadata": {"company": ..., "store_id": ..., "scraped_date": ...}}.',
    )


def decode(line: bytes) -> RawLine | RowRejection:
    """A line decoded as JSON, or why it cannot be."""
    try:
        check_nesting(line)
        return _TYPED.decode(line)
    except msgspec.ValidationError:
        return _decode_leniently(line)
    except _UNDECODABLE as error:
        return RowRejection("bad_json", f"not valid JSON: {error}")


def _decode_leniently(line: bytes) -> RawLine | RowRejection:
    """The usable parts of a line in which some part has the wrong type or is too long a number."""
    try:
        value = _ANY.decode(long_integers_as_decimals(line))
    except _UNDECODABLE as error:
        return RowRejection("bad_json", f"not valid JSON: {error}")
    if not isinstance(value, Mapping):
        return RowRejection("bad_json", f"{shorten(value)} is not a JSON object")
    product, metadata = value.get("product"), value.get("metadata")
    return RawLine(
        msgspec.convert(product, RawProduct) if isinstance(product, dict) else None,
        metadata if isinstance(metadata, dict) else None,
    )


def _listing(
    number: int,
    raw: RawLine | RowRejection,
    header: Header,
    retailer: Retailer,
    first_line: Mapping[str, int],
    dropped: dict[str, int],
) -> Listing:
    if isinstance(raw, RowRejection):
        raise raw
    if raw.product is None:
        raise RowRejection("no_product", "the line has no product object")
    dropped_here: dict[str, int] = {}
    listing = to_listing(
        number, raw.product, dropped_here, keeps_description=retailer.describes_by_shelf_name
    )
    other = other_store(raw.metadata, header.company, header.store_id) if raw.metadata else None
    if other is not None:
        raise RowRejection(
            "other_store",
            f"the row is for {other}, but the file is for {header.company} {header.store_id}",
        )
    if listing.sku in first_line:
        raise RowRejection(
            "repeated_sku",
            f"SKU {listing.sku} already appears in line {first_line[listing.sku]}; the first row "
            "is kept",
        )
    for name, count in dropped_here.items():
        dropped[name] = dropped.get(name, 0) + count
    return listing


def _no_products(rejected: list[RejectedRow]) -> str:
    # There is one: the row with the file's metadata.
    return (
        f"None of the {len(rejected)} rows is valid. The first is line {rejected[0].line}: "
        f"{rejected[0].detail}. The rejects file lists them all; check the scraper."
    )
