"""Whether one file is another with its missing barcodes looked up: nothing records it on disk."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pipeline_assets.domain.enrichment.rows import wanted_rows
from pipeline_assets.domain.retailers import NO_BARCODE_KEYS

_ANSWERS = ("barcode", *NO_BARCODE_KEYS, "no_barcode_checked_at")


def is_source_of(source: Sequence[bytes], enriched: Sequence[bytes]) -> bool:
    """Whether `enriched` has the same rows in order, and more only where a barcode was missing."""
    if len(source) != len(enriched):
        return False
    differing = [pair for pair in zip(source, enriched, strict=True) if pair[0] != pair[1]]
    return bool(differing) and all(_is_answered(*pair) for pair in differing)


def _is_answered(line: bytes, answered: bytes) -> bool:
    if not wanted_rows([line]) or wanted_rows([answered]):
        return False
    return _without_answer(line) == _without_answer(answered)


def _without_answer(line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.json.decode(line)
    return row | {
        "product": {name: value for name, value in row["product"].items() if name not in _ANSWERS}
    }
