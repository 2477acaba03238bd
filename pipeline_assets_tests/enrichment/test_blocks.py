"""A block is never "no barcode": sessions are renewed, one blocked row is not taken for all."""

import pytest
from werkzeug import Request, Response

from pipeline_assets.errors import HaltedFileError
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.enrichment.shop import (
    CAPTCHA,
    Behaviour,
    Operator,
    Shop,
    answer,
    delivered,
    gtin,
    html,
    linked_page,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

SKUS = [str(number) for number in range(1, 13)]


def enrich(place: Workplace, shop: Shop, skus: list[str]) -> list[str]:
    """Enrich a file of these SKUs; returns each row's outcome."""
    to_enrich(place, "coles.jsonl", [shop.row(sku) for sku in skus])
    enrich_file(place.pipeline, "coles.jsonl")
    return outcomes(place)


def outcomes(place: Workplace) -> list[str]:
    """Each row's outcome, in order."""
    return [row[0] for row in place.rows("SELECT outcome FROM enriched_rows ORDER BY line")]


@pytest.mark.parametrize("pages_per_session", [1, 3, 5, 11, 12])
def test_a_session_that_is_used_up_is_renewed_and_the_same_row_asked_again(
    workplace: Workplace, shop: Shop, operator: Operator, pages_per_session: int
) -> None:
    shop.pages_per_session = pages_per_session
    shop.on_block = operator.export
    operator.export()
    assert enrich(workplace, shop, SKUS) == ["found"] * 12
    assert [one["barcode"] for one in delivered(workplace, "coles.jsonl")] == [
        gtin(int(sku)) for sku in SKUS
    ]
    # A block is the only reason to ask for a page twice.
    assert len(shop.asked) - len(SKUS) == operator.exports - 1 == (12 - 1) // pages_per_session


@pytest.mark.parametrize(
    "blocked",
    [["1"], ["6"], ["12"], ["1", "2"], ["6", "7", "8"], ["11", "12"], ["2", "6", "12"]],
    ids=" ".join,
)
@pytest.mark.parametrize("pages_per_session", [None, 5])
def test_rows_that_are_blocked_for_ever_are_passed_on_unmarked(
    workplace: Workplace,
    shop: Shop,
    operator: Operator,
    blocked: list[str],
    pages_per_session: int | None,
) -> None:
    shop.pages_per_session = pages_per_session
    shop.on_block = operator.export
    shop.blocked = set(blocked)
    operator.export()
    expected = ["blocked" if sku in blocked else "found" for sku in SKUS]
    assert enrich(workplace, shop, SKUS) == expected
    for product in delivered(workplace, "coles.jsonl"):
        is_blocked = product["sku"] in blocked
        assert product["barcode"] == (None if is_blocked else gtin(int(product["sku"])))
        assert "has_no_coles_barcode" not in product


def test_five_renewals_without_any_row_done_halt_the_file_and_say_what_to_do(
    workplace: Workplace, shop: Shop, operator: Operator
) -> None:
    shop.pages_per_session = 2
    operator.export()  # and nobody exports another session
    with pytest.raises(HaltedFileError) as halted:
        enrich(workplace, shop, SKUS)
    message = str(halted.value)
    assert "5 renewed sessions in a row were blocked" in message
    assert f"line 3, {shop.url('3')}" in message
    assert f"export the cookies in the Netscape format to {workplace.data}/cookies.txt" in message
    assert "`pipeline-assets requeue coles.jsonl`" in message
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]
    assert workplace.files("product_inbox") == []
    assert shop.asked.count("3") == 6

    asked = len(shop.asked)
    operator.export()
    shop.on_block = operator.export
    assert requeue(workplace.pipeline, "coles.jsonl").came_from == "barcode_enrichment_inbox"
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert outcomes(workplace) == ["found"] * 12
    assert set(shop.asked[asked:]) == set(SKUS[2:])
    assert workplace.files("product_inbox") == ["coles.jsonl"]


def test_a_single_row_that_is_always_blocked_is_not_called_gone_or_none(
    workplace: Workplace, shop: Shop, operator: Operator
) -> None:
    shop.blocked = {"1"}
    with pytest.raises(HaltedFileError, match="5 renewed sessions"):
        enrich(workplace, shop, ["1"])
    assert outcomes(workplace) == []
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]


@pytest.mark.parametrize("is_first_served", [False, True])
def test_a_blocked_row_is_not_passed_on_while_its_session_has_served_nobody(
    workplace: Workplace,
    shop: Shop,
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    is_first_served: bool,
) -> None:
    """The other row's outage does not show that the session works, nor does an older session."""
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "1")
    first = answer_then_block(shop, "9")
    outage = iter([*[lambda _: html(CAPTCHA)] * 2, answer(503)])
    shop.pages = {"9": first, "1": lambda request: next(outage)(request)}
    shop.blocked = {"2"}
    with pytest.raises(HaltedFileError, match="5 renewed sessions"):
        enrich(workplace, shop, ["9", "1", "2"] if is_first_served else ["1", "2"])
    assert outcomes(workplace) == ["found"] * is_first_served + ["unavailable"]
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]


def answer_then_block(shop: Shop, sku: str) -> Behaviour:
    """Serve this SKU's page once, and never again."""

    def serve(request: Request) -> Response:
        shop.blocked.add(sku)
        return linked_page(sku=sku, gtin13=gtin(int(sku)))(request)

    return serve


def test_an_unreadable_cookie_file_is_said_and_halts_only_if_the_pages_stay_blocked(
    workplace: Workplace, shop: Shop, operator: Operator
) -> None:
    (workplace.data / "cookies.txt").write_text("not cookies\n")
    assert enrich(workplace, shop, ["1"]) == ["found"]
    shop.pages_per_session = 1
    shop.on_block = operator.export
    to_enrich(workplace, "more.jsonl", [shop.row("2"), shop.row("3")])
    enrich_file(workplace.pipeline, "more.jsonl")
    assert [one["barcode"] for one in delivered(workplace, "more.jsonl")] == [gtin(2), gtin(3)]
