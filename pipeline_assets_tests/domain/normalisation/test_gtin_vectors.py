"""GTINs on which other libraries' tests agree: facts from their test cases, compared with ours.

`valid` is what the other library says about the check digit (and length); `ours` is the GTIN-13
that we keep. If a valid number is not kept, `because` says which of our rules is stricter.
"""

import pytest

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode

BIIP, OFF = "biip", "openfoodfacts-python"
IN_STORE = "prefixes 02, 04 and 20 to 29 identify nothing outside the store"
IN_STORE_8 = "a GTIN-8 that begins with 0 or 2 is an in-store number"
CASE = "an indicator other than 0 is a trade unit"
LENGTH = "only 8, 12, 13 and 14 digits are GTINs; others are not padded by guess"

VECTORS = [
    # source, number, valid, ours, because
    (BIIP, "123", False, None, None),
    (BIIP, "0123456789abc", False, None, None),
    (BIIP, "5901234123458", False, None, None),
    (BIIP, "96385074", True, "0000096385074", None),
    (BIIP, "000096385074", True, "0000096385074", None),
    (BIIP, "0000096385074", True, "0000096385074", None),
    (BIIP, "00000096385074", True, "0000096385074", None),
    (BIIP, "123601057072", True, "0123601057072", None),
    (BIIP, "0123601057072", True, "0123601057072", None),
    (BIIP, "00123601057072", True, "0123601057072", None),
    (BIIP, "036000291452", True, "0036000291452", None),
    (BIIP, "0036000291452", True, "0036000291452", None),
    (BIIP, "00036000291452", True, "0036000291452", None),
    (BIIP, "006000291455", True, "0006000291455", None),
    (BIIP, "00006000291455", True, "0006000291455", None),
    (BIIP, "000902914511", True, "0000902914511", None),
    (BIIP, "0000902914511", True, "0000902914511", None),
    (BIIP, "00000902914511", True, "0000902914511", None),
    (BIIP, "5901234123457", True, "5901234123457", None),
    (BIIP, "05901234123457", True, "5901234123457", None),
    (BIIP, "98765432109213", True, None, CASE),
    (OFF, "3017620422003", True, "3017620422003", None),
    (OFF, "8901234567890", True, "8901234567890", None),
    (OFF, "5678989012342", True, "5678989012342", None),
    (OFF, "9012345678906", True, "9012345678906", None),
    (OFF, "1234567890128", True, "1234567890128", None),
    (OFF, "829573994253", True, "0829573994253", None),
    (OFF, "150599289765", True, "0150599289765", None),
    (OFF, "10061282", True, "0000010061282", None),
    (OFF, "0000010061282", True, "0000010061282", None),
    (OFF, "10061283", False, None, None),
    (OFF, "0204341706595", True, None, IN_STORE),
    (OFF, "0256844308646", True, None, IN_STORE),
    (OFF, "5707196311419", True, "5707196311419", None),
    (OFF, "5701018060158", True, "5701018060158", None),
    (OFF, "5016451522591", True, "5016451522591", None),
    (OFF, "5741000224168", True, "5741000224168", None),
    (OFF, "0083012245843", True, "0083012245843", None),
    (OFF, "5741000224161", False, None, None),
    (OFF, "29428984", True, None, IN_STORE_8),
    (OFF, "0000000101011", True, None, IN_STORE_8),
    (OFF, "101011", True, None, LENGTH),
    (OFF, "000101011", True, None, LENGTH),
    (OFF, "360131017", True, None, LENGTH),
    (OFF, "59366631014", True, None, LENGTH),
    (OFF, "1234567890123", False, None, None),
    (OFF, "123456789012", True, "0123456789012", None),
    (OFF, "12345678", False, None, None),
    (OFF, "00012345", False, None, None),
]


@pytest.mark.parametrize(("source", "number", "valid", "ours", "because"), VECTORS)
def test_ours_agrees_or_is_stricter_for_a_reason(
    source: str, number: str, valid: bool, ours: str | None, because: str | None
) -> None:
    assert normalise_barcode(number, "no sku") == ours
    assert (valid and ours is None) == (because is not None), f"{source} says otherwise"
