"""Which rows of a file need a barcode looked up, and how an answer is written into its row.

Lines that need nothing, and lines that are not rows, stay the same byte for byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.domain.snapshots.listing import (
    MAX_SKU_LENGTH,
    MAX_URL_LENGTH,
    RowRejection,
    is_known_without_barcode,
)
from pipeline_assets.domain.snapshots.rows import decode, is_row, numbered


class Outcome(StrEnum):
    """The result of looking up a row. All but the first two leave the row as it was."""

    FOUND = "found"
    NONE = "none"
    GONE = "gone"
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"


# Only a product's page proves that a session works; anyone may get "not found" for a missing page.
SERVED = frozenset({Outcome.FOUND, Outcome.NONE})
# No server was asked: of these rows nothing is known, not even for this file.
UNASKED = frozenset({Outcome.FORBIDDEN, Outcome.UNREACHABLE})


class AnswerSource(StrEnum):
    """Where a row's answer comes from."""

    CATALOGUE = "catalogue"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row without a barcode: its line number (from 1), its SKU, its page's address."""

    line: int
    sku: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known about a row's barcode; `checked_at` (UTC) is when its page showed none.

    `detail`: why there was no page; it is told, not kept.
    """

    outcome: Outcome
    barcode: str | None = None
    source: AnswerSource = AnswerSource.PAGE
    checked_at: datetime | None = None
    detail: str = ""


def wanted_rows(lines: Sequence[bytes]) -> list[Wanted]:
    """The rows without a valid barcode, in order, whose page has an address and may show one."""
    rows = (_wanted(number, line) for number, line in numbered(lines) if is_row(line))
    return [row for row in rows if row is not None]


def _wanted(number: int, line: bytes) -> Wanted | None:
    raw = decode(line)
    if isinstance(raw, RowRejection) or raw.product is None:
        return None
    product = raw.product
    sku = str(product.sku).strip() if _is_text_or_number(product.sku) else ""
    url = product.url.strip() if isinstance(product.url, str) else ""
    if not 0 < len(sku) <= MAX_SKU_LENGTH or not 0 < len(url) <= MAX_URL_LENGTH:
        return None
    if is_known_without_barcode(product) or normalise_barcode(product.barcode, sku) is not None:
        return None
    return Wanted(number, sku, url)


def _is_text_or_number(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def enriched_lines(
    lines: Sequence[bytes], answers: Mapping[int, Answer], no_barcode_key: str
) -> list[bytes]:
    """The file's lines, in order, with the `answers` (by line number) written into them.

    `no_barcode_key`: the key that marks a row's article as known to have no barcode.
    """
    return [
        _written(line, answers[number], no_barcode_key) if number in answers else line
        for number, line in numbered(lines)
    ]


def _written(line: bytes, answer: Answer, no_barcode_key: str) -> bytes:
    values: dict[str, Any] = {}
    if answer.outcome is Outcome.FOUND:
        values = {"barcode": answer.barcode}
    elif answer.outcome is Outcome.NONE:
        values = {no_barcode_key: True}
        if answer.source is AnswerSource.CATALOGUE and answer.checked_at is not None:
            # Otherwise every file would renew the mark, and its page would never be checked again.
            values["no_barcode_checked_at"] = f"{answer.checked_at.isoformat()}Z"
    return _with_product_values(line, values) if values else line


def _with_product_values(line: bytes, values: Mapping[str, Any]) -> bytes:
    """The line with these keys of its product set; all other values keep their exact bytes."""
    row = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    product = msgspec.json.decode(row["product"], type=dict[str, msgspec.Raw])
    product |= {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in values.items()}
    row["product"] = msgspec.Raw(msgspec.json.encode(product))
    return msgspec.json.encode(row)
