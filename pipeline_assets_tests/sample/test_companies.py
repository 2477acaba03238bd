import re
from collections import Counter, defaultdict

import pytest
from stdnum import ean

from pipeline_assets_tests.sample.parsed import (
    ALDI_ALIKE,
    ALDI_APART,
    COLES,
    COLES_TO_ENRICH,
    IGA,
    WOOLWORTHS,
    Row,
    of_store,
    parsed_files,
)


def _products(*store_ids: str) -> list[Row]:
    return [
        product
        for store_id in store_ids
        for file in of_store(store_id)
        for product in file.products.values()
    ]


def _barcodes(store_id: str) -> dict[str, str]:
    """Valid 13-digit number → name, in the store's last file."""
    products = of_store(store_id)[-1].products.values()
    return {
        product["barcode"].split(",")[0].zfill(13): product["name"]
        for product in products
        if product["barcode"] and ean.is_valid(product["barcode"].split(",")[0])
    }


def test_aldi_has_long_text_skus_two_levels_no_barcodes_and_no_specials() -> None:
    products = _products(*ALDI_ALIKE, ALDI_APART)
    assert {product["barcode"] for product in products} == {None}
    assert {product["is_on_special"] for product in products} == {False}
    assert {product["price_was"] for product in products} == {None}
    assert {len(product["category_path"]) for product in products} == {2}
    assert all(re.fullmatch(r"0{12}\d{6}", product["sku"]) for product in products)
    assert {type(product["price_current"]) for product in products} == {float}


def test_aldis_numeric_unit_price_contradicts_the_text() -> None:
    for product in _products(ALDI_APART):
        text = product["per_unit_price_string"]
        in_text = float(re.match(r"\$([\d.]+)", text)[1])  # type: ignore[index]
        per_base_unit = in_text * 10 if " per 100 " in text else in_text
        assert product["unit_price"] < per_base_unit / 50


def test_coles_has_integer_skus_three_levels_and_some_rows_without_a_price() -> None:
    products = _products(COLES_TO_ENRICH, COLES)
    assert {type(product["sku"]) for product in products} == {int}
    assert {len(product["category_path"]) for product in products} == {3}
    without_price = [product for product in products if product["price_current"] is None]
    assert len(without_price) == 14
    assert {product["per_unit_price_string"] for product in without_price} == {None}
    assert {type(product["price_current"]) for product in products} == {int, float, type(None)}


def test_only_coles_names_the_time_of_day_and_does_so_in_place_of_the_date() -> None:
    for file in parsed_files():
        key = "scraped_at" if file.metadata["company"] == "coles" else "scraped_date"
        assert list(file.metadata) == ["company", "store_name", "store_id", "state", key]
        assert ("T" in file.metadata[key]) == (key == "scraped_at")


def test_iga_has_four_levels_and_no_page_addresses() -> None:
    products = _products(IGA)
    assert {len(product["category_path"]) for product in products} == {4}
    assert {product["category_path"][0] for product in products} == {"Grocery"}
    assert {product["url"] for product in products} == {None}


@pytest.mark.parametrize(
    ("store_id", "form"),
    [
        (ALDI_APART, r"\$\d+\.\d\d per (100 g|1 kg|100 ml|1 L|1 each)"),
        (COLES, r"\$\d+\.\d\d per (100g|1kg|100mL|1L|1ea)"),
        (IGA, r"\$\d+\.\d\d(/100g|/kg|/100ml|/l| each)"),
        (WOOLWORTHS, r"\$\d+\.\d\d / (100G|1KG|100ML|1L|1EA)"),
    ],
)
def test_unit_prices_are_worded_as_the_company_words_them(store_id: str, form: str) -> None:
    texts = [product["per_unit_price_string"] for product in _products(store_id)]
    matches = [re.fullmatch(form, text) for text in texts if text]
    assert len({match[1] if match else None for match in matches} - {None}) == 5
    assert None not in matches


def test_barcodes_are_shared_by_three_companies() -> None:
    coles, iga, woolworths = (_barcodes(store_id) for store_id in (COLES, IGA, WOOLWORTHS))
    shared = coles.keys() & iga.keys() & woolworths.keys()
    assert len(shared) == 33
    assert all(iga[barcode].endswith(coles[barcode]) for barcode in shared)


def test_every_check_digit_is_right_but_for_the_deliberate_oddities() -> None:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for file in parsed_files():
        for product in file.products.values():
            kinds[file.metadata["company"]][_kind(product)] += 1
    good = {"none", "gtin-13", "upc-12", "in-store"}
    assert set(kinds["aldi"]) == {"none"}
    assert set(kinds["coles"]) == {"none", "gtin-13", "in-store"}
    assert set(kinds["woolworths"]) == {"none", "gtin-13", "upc-12"}
    assert {kind: kinds["iga"][kind] for kind in kinds["iga"].keys() - good} == {
        "several": 13,
        "notfound": 5,
        "sku": 5,
        "wrong check digit": 12,
    }


def _kind(product: Row) -> str:
    barcode = product["barcode"]
    if barcode is None or barcode == "notfound":
        return barcode or "none"
    if "," in barcode:
        return "several" if all(map(ean.is_valid, barcode.split(","))) else "wrong check digit"
    if barcode == str(product["sku"]):
        return "sku"
    if not ean.is_valid(barcode):
        return "wrong check digit"
    return "in-store" if barcode[0] == "2" else {12: "upc-12", 13: "gtin-13"}[len(barcode)]


def test_brands_hold_entities_a_legal_name_and_a_script_without_latin_letters() -> None:
    brands = {
        store_id: {product["brand"] for product in _products(store_id)}
        for store_id in (ALDI_APART, COLES, IGA, WOOLWORTHS)
    }
    assert {"Nana&#039;s Pantry", "Lorikeet &amp; Daughters", "Goldwattle Foods Pty Ltd", ""} <= (
        brands[COLES]
    )
    assert {"NANA&#039;S PANTRY", "GOLDWATTLE", "云雀小径田园食品"} <= brands[IGA]
    assert {"Nana's Pantry", "Goldwattle", None} <= brands[WOOLWORTHS]
    assert {"NANA'S PANTRY", "GOLDWATTLE", "HOLLOWFERN"} <= brands[ALDI_APART]


def test_a_special_states_the_usual_price_and_what_is_saved() -> None:
    specials = [
        product
        for product in _products(COLES_TO_ENRICH, COLES, IGA, WOOLWORTHS)
        if product["is_on_special"]
    ]
    assert len(specials) > 30
    for product in specials:
        saved = round(product["price_was"] - product["price_current"], 2)
        assert product["price_save_amount"] == saved > 0
