"""What speaks for and against a pair, in words that a person can check at a glance."""

from pipeline_assets.domain.matching.features import Comparison
from pipeline_assets.domain.matching.packs import Agreement, Pack

_MOST_WORDS = 8


def evidence_of(pair: Comparison) -> str:
    """Brand, common words, words that only one has, sizes and prices, as one sentence each."""
    a, b = pair.a, pair.b
    common = [word for word in dict.fromkeys(a.name) if word in b.said and word not in a.brand]
    parts = [f"brand: {_listed(tuple(a.brand or a.head))} / {_listed(tuple(b.brand or b.head))}"]
    parts.append(f"both say {_listed(tuple(common))}")
    parts += [
        f"only {goods.sku.company} says {_listed(left)}"
        for goods, left in ((a, pair.left_a), (b, pair.left_b))
        if left
    ]
    parts.append(_sizes(pair))
    if a.sku.price_cents and b.sku.price_cents:
        parts.append(f"${a.sku.price_cents / 100:.2f} / ${b.sku.price_cents / 100:.2f}")
    return "; ".join(parts)


def _listed(words: tuple[str, ...]) -> str:
    shown = ", ".join(words[:_MOST_WORDS]) or "nothing"
    return f"{shown}, …" if len(words) > _MOST_WORDS else shown


def _sizes(pair: Comparison) -> str:
    sizes = f"{shown_pack(pair.a.pack)} / {shown_pack(pair.b.pack)}"
    return f"size {sizes}" if pair.sizes is Agreement.SAME else f"size not confirmed: {sizes}"


def shown_pack(pack: Pack) -> str:
    """A size as people write it; `?` if it is not known."""
    if not pack.is_known:
        return "?"
    totals = " or ".join(f"{total:g} {pack.unit}" for total in pack.totals)
    count = f"{pack.count} pieces" if pack.count else ""
    return ", ".join(filter(None, (totals, count)))
