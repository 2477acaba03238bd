"""Made-up SKUs of two companies, drawn so that many are near one another."""

import random

from pipeline_assets.domain.matching.goods import MatchableSku

_BRANDS = ("Veldhoen", "Quarry Lane", "Ottoline", "Brasswick Pty Ltd", "NEW")
_KINDS = ("peanut butter", "strawberry jam", "milk chocolate", "muesli bars", "olive oil")
_VARIANTS = ("smooth", "crunchy", "dark", "original", "light", "")
_SIZES = ("200g", "375g", "Each", "2 x 100g", "500mL")


def sku(number: int, company: str, name: str, **facts: object) -> MatchableSku:
    """A SKU whose brand is the first word of its name, unless the facts say otherwise."""
    known = {"brand": name.split()[0], "price_cents": 500} | facts
    return MatchableSku(sku_id=number, company=company, sku=f"S{number}", name=name, **known)  # type: ignore[arg-type]


def drawn(number: int, company: str, rng: random.Random) -> MatchableSku:
    """A SKU by chance."""
    brand = rng.choice(_BRANDS)
    words = f"{rng.choice(_VARIANTS)} {rng.choice(_KINDS)}".split()
    rng.shuffle(words)
    return MatchableSku(
        sku_id=number,
        company=company,
        sku=f"S{number * 7919 % 1009}",
        name=" ".join([brand, *words] if company == "north" else words).title(),
        brand=brand,
        size=rng.choice(_SIZES),
        category_path=rng.choice(("Pantry › Spreads", "Pantry", None)),
        description=" ".join([brand, *words]).upper() if company == "south" else None,
        barcode=rng.choice((None, None, f"{9300000000000 + rng.randrange(40)}")),
        price_cents=rng.choice((None, 300, 450, 500, 900)),
        product_id=rng.choice((None, number)),
    )
