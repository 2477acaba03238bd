"""Amounts and units as shops write them: what each unit is worth, and what a number means."""

import re
from decimal import Decimal

# Unit → (base unit, how many of them), for sizes and unit prices alike.
UNITS: dict[str, tuple[str, Decimal]] = {
    name: (base, Decimal(factor))
    for base, factor, names in (
        ("g", "0.001", "mg milligram milligrams"),
        ("g", "1", "g gr gm gms gram grams gramme grammes"),
        ("g", "1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
        ("ml", "1", "ml mls millilitre millilitres milliliter milliliters"),
        ("ml", "10", "cl centilitre centilitres centiliter centiliters"),
        ("ml", "1000", "l lt ltr ltrs litre litres liter liters"),
        ("m", "0.001", "mm millimetre millimetres millimeter millimeters"),
        ("m", "0.01", "cm centimetre centimetres centimeter centimeters"),
        ("m", "1", "m mtr mtrs metre metres meter meters"),
        ("pk", "1", "pk pks pack packs pce pcs"),
        ("ea", "1", "ea each"),
        # Not `ea`: these stand in unit prices only, and are no size of an article.
        ("item", "1", "item items unit units"),
        ("item", "12", "dozen doz"),
        ("sheet", "1", "sheet sheets ss sht shts"),
        ("wash", "1", "wash washes load loads"),
    )
    for name in names.split()
}

_THOUSANDS = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
# A proper fraction, alone or after a whole number. In `24/375ml` the slash divides nothing.
_FRACTION = r"(?:[0-9]{1,3}[ ])?[1-8][/⁄][2-9](?![0-9])"
NUMBER = rf"(?:{_FRACTION}|{_THOUSANDS}|[0-9]{{1,9}}(?:[.,][0-9]{{1,9}})?)"
"""A regular expression for what `amount` reads; it has no groups that capture."""

_IS_THOUSANDS = re.compile(_THOUSANDS)
_PARTS = re.compile(r"(?:([0-9]+) )?([0-9])[/⁄]([0-9])")
_MILLIONTH = Decimal("0.000001")


def amount(number: str) -> Decimal:
    """The value of a text that matches `NUMBER`; fractions are rounded to millionths.

    A comma before exactly three digits groups thousands (`1,000`), any other is a decimal comma
    (`1,5`).
    """
    fraction = _PARTS.fullmatch(number)
    if fraction is not None:
        whole, numerator, denominator = (Decimal(part or 0) for part in fraction.groups())
        return whole + (numerator / denominator).quantize(_MILLIONTH)
    if _IS_THOUSANDS.fullmatch(number):
        return Decimal(number.replace(",", ""))
    return Decimal(number.replace(",", "."))
