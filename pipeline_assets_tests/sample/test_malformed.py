import json
from collections import Counter

from pipeline_assets_tests.sample.parsed import IGA, of_store, parsed_files


def _what_is_wrong(line: bytes, seen: set[object]) -> str | None:
    try:
        row = json.loads(line)
    except ValueError:
        return "broken JSON"
    if row is None:
        return "null"
    if "product" not in row:
        return "no product"
    product = row["product"]
    if not product["name"] or len(product["name"]) > 512:
        return "too long a name" if product["name"] else "no name"
    if product["sku"] is None:
        return "no SKU"
    if product["price_current"] in ("N/A", 0):
        return f"price {product['price_current']}"
    if row["metadata"]["store_id"] != IGA:
        return "another store"
    if product["sku"] in seen:
        return "repeated SKU"
    seen.add(product["sku"])
    return None


def test_one_file_holds_every_kind_of_malformed_line_once() -> None:
    seen: set[object] = set()
    last = of_store(IGA)[-1]
    wrong = Counter(_what_is_wrong(line, seen) for line in last.lines)
    good = wrong.pop(None)
    assert good == len(last.products)
    assert wrong == {
        "broken JSON": 1,
        "null": 1,
        "no product": 1,
        "no name": 1,
        "too long a name": 1,
        "no SKU": 1,
        "price N/A": 1,
        "price 0": 1,
        "another store": 1,
        "repeated SKU": 1,
    }


def test_a_repeated_sku_states_another_price_than_the_row_that_stays() -> None:
    last = of_store(IGA)[-1]
    prices: dict[str, list[float]] = {}
    for row in last.rows:
        prices.setdefault(row["product"]["sku"], []).append(row["product"]["price_current"])
    repeated = [asked for asked in prices.values() if len(asked) > 1]
    assert len(repeated) == 1
    assert repeated[0][0] > repeated[0][1] == 0.05


def test_no_other_file_holds_a_malformed_line() -> None:
    for file in parsed_files():
        if file is not of_store(IGA)[-1]:
            assert len(file.products) == len(file.rows) == len(file.lines)
