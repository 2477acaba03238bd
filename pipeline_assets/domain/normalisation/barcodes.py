"""What counts as a barcode: a GTIN that names one consumer article everywhere; its normal form.

The normal form is the GTIN-13. Source: GS1 General Specifications, §1.4 (prefixes of restricted
circulation numbers), §2.1 (trade item identification), §7.9 (check digit).
"""

import re

_PLAIN = re.compile(r"[0-9]{13}")
_DIGITS = re.compile(r"[0-9]{8}|[0-9]{12,14}")
# Numbers that a shop or a chain assigns itself; they identify nothing elsewhere.
_IN_STORE = ("02", "04", *(str(prefix) for prefix in range(20, 30)))
_GTIN_8_ZEROS = "00000"


def normalise_barcode(raw: object, sku: str) -> str | None:
    """The first GTIN in `raw` that identifies the article everywhere, as GTIN-13; else None.

    `raw` is text (several numbers separated by commas) or a whole number. A number that equals the
    SKU is the SKU, put there by mistake.
    """
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        return None
    for part in raw.split(",") if "," in raw else (raw,):
        token = part if _PLAIN.fullmatch(part) else part.replace(" ", "").replace("-", "")
        gtin = _gtin_13(token)
        if gtin is not None and sku not in (token, gtin, gtin.lstrip("0")):
            return gtin
    return None


def _gtin_13(token: str) -> str | None:
    if _DIGITS.fullmatch(token) is None:
        return None
    if len(token) == 14 and token[0] != "0":
        return None  # a trade unit: a case, not the article
    gtin = token[-13:].zfill(13)
    return gtin if _is_global(gtin) and _is_checked(gtin) else None


def _is_checked(gtin: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    digits = gtin.encode()  # 48 more than their values: 48 * (7 + 3 * 6) has a 0 at its end
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _is_global(gtin: str) -> bool:
    if gtin.startswith(_GTIN_8_ZEROS):  # a GTIN-8; its own prefixes 0 and 2 are in-store numbers
        return gtin[5] not in "02"
    return not gtin.startswith(_IN_STORE)
