"""Lines as broken scrapers write them, made from a good row: one for each kind of fault."""

import json
from collections.abc import Iterator, Mapping

_TOO_LONG_NAME = "Very " * 120 + "Long"


def malformed_lines(product: Mapping[str, object], metadata: Mapping[str, object]) -> list[str]:
    """One line for each reason to reject a row; the good row of `product` must come before them."""

    def line(changes: Mapping[str, object], other: Mapping[str, object] = metadata) -> str:
        return json.dumps({"product": {**product, **changes}, "metadata": other})

    good = line({})
    return [
        good[: len(good) // 2],
        "null",
        json.dumps({"metadata": metadata}),
        line({"price_current": 0.05}),
        line({"sku": None}),
        *(line({"sku": sku, **changes}) for sku, changes in _bad_products()),
        line({"sku": "990099"}, {**metadata, "store_id": "90452"}),
    ]


def _bad_products() -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "990001", {"name": None}
    yield "990002", {"name": _TOO_LONG_NAME}
    yield "990003", {"price_current": "N/A"}
    yield "990004", {"price_current": 0}
