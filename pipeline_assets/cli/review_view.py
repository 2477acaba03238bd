"""How suggestions look on a terminal and in JSON. Texts from files are made harmless first."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from pipeline_assets.catalogue.review import OpenSuggestion, ReviewedSku
from pipeline_assets.cli.bar import console
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.reporting.tables import NOTHING
from pipeline_assets.reporting.terminal_chart import shown_dollars
from pipeline_assets.services.operators.review import DecidedPair


def show_pair(one: OpenSuggestion, place: str) -> None:
    """Both SKUs side by side, and what speaks for it; `place`: which one of how many it is."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("")
    for side in (one.a, one.b):
        table.add_column(Text(visible(side.called)), overflow="fold", ratio=1)
    for heading, first, second in zip(
        ("name", "brand", "size", "price", "barcode", "page"),
        _cells(one.a),
        _cells(one.b),
        strict=True,
    ):
        table.add_row(heading, Text(first), Text(second))
    console.print()
    console.print(table)
    console.print(Text(f"{place}: {_sureness(one)}: {visible(one.evidence)}", "dim"))


def show_list(suggestions: Sequence[OpenSuggestion], count_open: int) -> None:
    """The suggestions where nobody can answer, and how to decide on them."""
    for one in suggestions:
        for side in (one.a, one.b):
            told = (side.name, side.size, _price(side))
            shown = ", ".join(visible(part) for part in told if part)
            _say(f"{visible(side.called)}: {shown}")
        _say(f"  {_sureness(one)}: {visible(one.evidence)}")
    _say(
        f"{len(suggestions):,} of {count_open:,} open suggestions. To decide on them, run "
        "pipeline-assets review at a terminal, or: pipeline-assets decide same|never SKU SKU"
    )


def show_accepted(one: DecidedPair) -> None:
    """What was done with one of many suggestions."""
    pair = f"{visible(one.suggestion.a.called)} and {visible(one.suggestion.b.called)}"
    _say(f"{pair}: {'same' if one.message is None else one.message}")


def suggestion_as_data(one: OpenSuggestion) -> dict[str, Any]:
    """A suggestion for scripts; prices are in dollars."""
    data: dict[str, Any] = {}
    for letter, side in (("a", one.a), ("b", one.b)):
        data |= {f"{name}_{letter}": value for name, value in _side_as_data(side).items()}
    return data | {
        "confidence": None if one.confidence_e6 is None else one.confidence_e6 / 1_000_000,
        "class": one.kind,
        "evidence": one.evidence,
        "model_version": one.model_version,
        "suggested_date": one.suggested_date.isoformat(),
    }


def _side_as_data(side: ReviewedSku) -> dict[str, Any]:
    return {
        "company": side.company,
        "sku": side.sku,
        "name": side.name,
        "brand": side.brand,
        "size": side.size,
        "barcode": side.barcode,
        "lowest_price": None if side.lowest_cents is None else side.lowest_cents / 100,
        "highest_price": None if side.highest_cents is None else side.highest_cents / 100,
        "url": side.url,
    }


def _cells(side: ReviewedSku) -> list[str]:
    texts = (side.name, side.brand, side.size, _price(side), side.barcode, side.url)
    return [visible(text) if text else NOTHING for text in texts]


def _price(side: ReviewedSku) -> str | None:
    if side.lowest_cents is None or side.highest_cents is None:
        return None
    lowest, highest = shown_dollars(side.lowest_cents), shown_dollars(side.highest_cents)
    return lowest if lowest == highest else f"{lowest} to {highest}"


def _sureness(one: OpenSuggestion) -> str:
    if one.confidence_e6 is None:
        return one.kind
    return f"{one.kind}, confidence {one.confidence_e6 / 1_000_000:.3f}"


def _say(text: str) -> None:
    console.print(Text(text))
