"""One row of a snapshot: each rule by its reason, in order; what is taken, what is dropped."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline_assets.domain.snapshots.listing import (
    ListedFacts,
    Listing,
    RawProduct,
    RowRejection,
    Terms,
    other_store,
    to_listing,
)

BARCODE = "9300000000019"
GREEN_TEA = ListedFacts(
    name="Green Tea",
    brand=None,
    size=None,
    category_path=None,
    url=None,
    image_url=None,
    aldi_image_url=None,
    description=None,
)


def raw(**product: Any) -> RawProduct:
    return RawProduct(**({"name": "Green Tea", "sku": "1"} | product))


def listing(**product: Any) -> Listing:
    return to_listing(1, raw(**product), {})


def dropped(**product: Any) -> dict[str, int]:
    """The fields that are left out of a row, the row itself being accepted."""
    counts: dict[str, int] = {}
    to_listing(1, raw(**product), counts, keeps_description=True)
    return counts


def rejection(**product: Any) -> tuple[str, str]:
    with pytest.raises(RowRejection) as caught:
        listing(**product)
    return caught.value.reason, caught.value.detail


def test_a_description_is_taken_where_it_is_the_name_on_the_shelf() -> None:
    product = raw(description=" COTTEES JAM PLUM ")
    assert listing(description="COTTEES JAM PLUM").facts.description is None
    assert to_listing(1, product, {}, keeps_description=True).facts.description == (
        "COTTEES JAM PLUM"
    )


def test_a_whole_row_is_taken() -> None:
    product = raw(
        name=" Green Tea 100pk ",
        sku="000000000000398953",
        brand=" Bushells ",
        size="100pk",
        barcode=BARCODE,
        price_current=Decimal("4.5"),
        price_was=Decimal("6"),
        price_save_amount=Decimal("1.5"),
        is_on_special=True,
        per_unit_price_string="$1.68 per 100 g",
        category_path=["Drinks", " Tea ", ""],
        url="https://shop.example/1",
        image_url="https://img.example/1",
        aldi_image_url="https://img.example/{slug}",
        description=None,
        is_available=False,
        has_no_coles_barcode=True,
    )
    counts: dict[str, int] = {}
    assert to_listing(7, product, counts) == Listing(
        line=7,
        sku="000000000000398953",
        barcode=BARCODE,
        has_no_barcode=True,
        no_barcode_checked_at=None,
        facts=ListedFacts(
            name="Green Tea 100pk",
            brand="Bushells",
            size="100pk",
            category_path="Drinks › Tea",
            url="https://shop.example/1",
            image_url="https://img.example/1",
            aldi_image_url="https://img.example/{slug}",
            description=None,
        ),
        price_cents=450,
        terms=Terms(
            was_price_cents=600,
            saving_cents=150,
            is_on_special=True,
            unit_price_e4=168_000,
            unit_of_measure="kg",
            is_available=False,
        ),
    )
    assert counts == {}


def test_a_name_and_a_sku_are_enough() -> None:
    assert listing() == Listing(
        line=1,
        sku="1",
        barcode=None,
        has_no_barcode=False,
        no_barcode_checked_at=None,
        facts=GREEN_TEA,
        price_cents=None,
        terms=Terms(
            was_price_cents=None,
            saving_cents=None,
            is_on_special=False,
            unit_price_e4=None,
            unit_of_measure=None,
            is_available=None,
        ),
    )


@pytest.mark.parametrize("name", [None, "", " \t", True, [], ["Tea"], {}])
def test_a_row_without_a_name_is_rejected(name: object) -> None:
    assert rejection(name=name) == ("no_name", f"name is {name!r}, not text or a number")


@pytest.mark.parametrize("sku", [None, "", "  ", False, [], [7], {"id": 7}])
def test_a_row_without_a_sku_is_rejected(sku: object) -> None:
    assert rejection(sku=sku) == ("no_sku", f"sku is {sku!r}, not text or a number")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("7", "7"),
        (7, "7"),
        ("007", "007"),
        (" 7 ", "7"),
        (0, "0"),
        (Decimal("7.50"), "7.50"),
        ("A 7/b", "A 7/b"),
        (12345678901234567890123, "12345678901234567890123"),
    ],
)
def test_a_sku_is_text_and_its_leading_zeros_stay(given: object, kept: str) -> None:
    assert listing(sku=given).sku == kept


def test_a_name_may_be_a_number() -> None:
    assert listing(name=7).facts.name == "7"
    assert listing(name=Decimal("4711.0")).facts.name == "4711.0"


def test_a_name_of_512_characters_is_the_longest() -> None:
    assert listing(name="é" * 512).facts.name == "é" * 512
    assert listing(name=f"  {'é' * 512}  ").facts.name == "é" * 512
    assert rejection(name="é" * 513) == ("too_long", "name has 513 characters, more than 512")
    assert rejection(name="n" * 3000)[0] == "too_long"


def test_a_sku_of_128_characters_is_the_longest() -> None:
    assert listing(sku="s" * 128).sku == "s" * 128
    assert rejection(sku="s" * 129) == ("too_long", "sku has 129 characters, more than 128")


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("N/A", "'N/A'"),
        ("1.50", "'1.50'"),
        (True, "True"),
        ([], "[]"),
        (0, "0"),
        (-1, "-1"),
        (Decimal("0.004"), "0.004"),
        (Decimal("1E+9"), "1E+9"),
        (Decimal("99999.991"), "99999.991"),
        (100_000, "100000"),
        ("x" * 99, f"'{'x' * 59}…"),
    ],
)
def test_a_price_that_is_none_rejects_the_row(price: object, shown: str) -> None:
    assert rejection(price_current=price) == (
        "bad_price",
        f"price_current is {shown}, not a number above 0 and at most 99,999.99",
    )


def test_a_price_that_is_missing_is_an_article_without_a_price_today() -> None:
    assert listing(price_current=None).price_cents is None


def test_a_value_too_deep_to_show_is_still_only_a_reason() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert rejection(sku=deep) == (
        "no_sku",
        "sku is a list nested too deeply, not text or a number",
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": None, "sku": None, "price_current": "N/A"}, "no_name"),
        ({"sku": None, "price_current": "N/A"}, "no_sku"),
        ({"name": "n" * 513, "price_current": "N/A"}, "too_long"),
    ],
)
def test_the_first_rule_that_fails_is_the_rows_reason(wrong: dict[str, Any], reason: str) -> None:
    assert rejection(**wrong)[0] == reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "u" * 2049),
        ("url", "u" * 20_000),
        ("url", 7),
        ("image_url", "u" * 2049),
        ("aldi_image_url", ["u"]),
        ("description", "d" * 256),
        ("brand", "b" * 256),
        ("brand", 7),
        ("size", {}),
        ("category_path", "Drinks"),
        ("category_path", ["Drinks", None]),
        ("category_path", ["Drinks", ["Tea"]]),
        ("category_path", {"Drinks": "Tea"}),
        ("category_path", ["x" * 513]),
        ("category_path", ["x"] * 17),
        ("barcode", "notfound"),
        ("barcode", "9300000000018"),
        ("barcode", 1),
        ("barcode", "2000000000008"),
        ("barcode", []),
    ],
)
def test_a_field_that_cannot_be_used_is_dropped_and_counted(field: str, value: object) -> None:
    assert dropped(**{field: value}) == {field: 1}
    listed = listing(**{field: value})
    assert getattr(listed if field == "barcode" else listed.facts, field) is None


def test_dropped_fields_are_counted_over_all_rows() -> None:
    counts: dict[str, int] = {}
    for product in (raw(url=1, brand=2), raw(url=1), raw()):
        to_listing(1, product, counts)
    assert counts == {"url": 2, "brand": 1}


@pytest.mark.parametrize("field", ["url", "brand", "size", "category_path", "barcode"])
def test_a_field_that_is_missing_is_not_counted(field: str) -> None:
    assert dropped(**{field: None}) == {}


def test_an_empty_text_is_no_fact_and_nothing_is_lost_with_it() -> None:
    assert dropped(url=" ", brand="", category_path=[]) == {}
    assert dropped(category_path=["x"] * 16) == {}
    assert listing(url=" ", brand="", size="  ", category_path=["", " "]).facts == GREEN_TEA


@pytest.mark.parametrize(("field", "longest"), [("url", 2048), ("brand", 255), ("size", 255)])
def test_a_field_of_the_longest_length_is_kept(field: str, longest: int) -> None:
    assert dropped(**{field: "x" * longest}) == {}
    assert getattr(listing(**{field: "x" * longest}).facts, field) == "x" * longest


def test_a_barcode_that_is_the_sku_is_none() -> None:
    assert listing(sku=BARCODE, barcode=BARCODE).barcode is None
    assert listing(sku=int(BARCODE), barcode=BARCODE).barcode is None


@pytest.mark.parametrize("claim", [None, False, 0, 1, "true", "yes"])
def test_only_a_true_claim_is_a_special_or_a_missing_barcode(claim: object) -> None:
    listed = listing(is_on_special=claim, has_no_coles_barcode=claim)
    assert (listed.terms.is_on_special, listed.has_no_barcode) == (False, False)


def test_a_claimed_special_that_is_no_money_says_nothing() -> None:
    listed = listing(price_was="was 5", price_save_amount=-1, price_current=4)
    terms = listed.terms
    assert (listed.price_cents, terms.was_price_cents, terms.saving_cents) == (400, None, None)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"company": None, "store_id": ""},
        {"company": "aldi", "store_id": "401"},
        {"company": " ALDI ", "store_id": " 401 "},
        {"company": " ", "store_id": "401"},
        {"store_id": 401},
        {"company": "Aldi"},
        {"store_name": "elsewhere"},
    ],
)
def test_a_row_of_this_store_is_told_as_such(metadata: dict[str, object]) -> None:
    assert other_store(metadata, "aldi", "401") is None


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"company": "coles", "store_id": "401"}, "coles 401"),
        ({"company": "aldi", "store_id": "402"}, "aldi 402"),
        ({"company": "aldi", "store_id": 402}, "aldi 402"),
        ({"company": "aldi", "store_id": "0401"}, "aldi 0401"),
        ({"store_id": "402"}, "None 402"),
        ({"company": ["aldi"]}, "['aldi'] None"),
    ],
)
def test_a_row_of_another_store_is_told_as_such(metadata: dict[str, object], named: str) -> None:
    assert other_store(metadata, "aldi", "401") == named
