"""What a company's article is known to be, and what a snapshot changes of that: a plan.

The rule: each fact comes from the newest snapshot that gave it (same time: the lowest store id as
text), a null never erases. So facts carry the snapshot they are from. It stands once per SKU
(`facts_at`, `facts_store_id`); a fact that is older than that, because the newest snapshot was
silent about it, has its own source in `older_sources`. The outcome is then the same in whatever
order the snapshots come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from pipeline_assets.domain.normalisation.match_keys import match_key
from pipeline_assets.domain.snapshots.listing import FACT_NAMES, Listing, facts_of

FactSource = tuple[datetime, str]


class KnownSku(NamedTuple):
    """A SKU as the catalogue knows it; the facts stand in the order of `FACT_NAMES`."""

    sku_id: int
    sku: str
    product_id: int | None
    name: str
    brand: str | None
    size: str | None
    category_path: str | None
    url: str | None
    image_url: str | None
    aldi_image_url: str | None
    match_key: str | None
    facts_at: datetime
    facts_store_id: str
    older_sources: str | None
    barcode: str | None
    barcode_at: datetime | None
    no_barcode_at: datetime | None


def known_facts(sku: KnownSku) -> tuple[str | None, ...]:
    """The facts of a known SKU, in the order of `FACT_NAMES`."""
    return sku[3:10]


@dataclass(frozen=True, slots=True)
class SkuFactsRow:
    """The facts a SKU shall have; `older_sources` is JSON {fact: [moment, store_id]}."""

    facts: Mapping[str, str | None]
    match_key: str | None
    facts_at: datetime
    facts_store_id: str
    older_sources: str | None
    barcode: str | None
    barcode_at: datetime | None
    no_barcode_at: datetime | None


@dataclass(frozen=True, slots=True)
class SkuPlan:
    """What a snapshot changes of its company's SKUs.

    `new`: by SKU; `changed`: by sku_id; `identity_changed`: those of them whose barcode or match
    key changes; `seen_again` and `barcode_seen_again`: sku_ids whose facts, or whose barcode, stay
    as they are and are now known from this newer snapshot.
    """

    new: Mapping[str, SkuFactsRow] = field(default_factory=dict)
    changed: Mapping[int, SkuFactsRow] = field(default_factory=dict)
    identity_changed: Sequence[int] = ()
    seen_again: Sequence[int] = ()
    barcode_seen_again: Sequence[int] = ()


def plan_skus(
    listings: Sequence[Listing], known: Mapping[str, KnownSku], scraped_at: datetime, store_id: str
) -> SkuPlan:
    """What the listings of one snapshot change of the SKUs that they name."""
    new: dict[str, SkuFactsRow] = {}
    changed: dict[int, SkuFactsRow] = {}
    identity_changed: list[int] = []
    seen_again: list[int] = []
    barcode_seen_again: list[int] = []
    source = (scraped_at, store_id)
    for listing in listings:
        sku = known.get(listing.sku)
        if sku is None:
            new[listing.sku] = _first_facts(listing, source)
        elif _says_nothing_new(listing, sku):
            if is_newer(source, (sku.facts_at, sku.facts_store_id)):
                seen_again.append(sku.sku_id)
            if listing.barcode and scraped_at > sku.barcode_at:  # type: ignore[operator]
                barcode_seen_again.append(sku.sku_id)
        else:
            row = _merged(listing, sku, source)
            if row == _as_known(sku):
                continue
            changed[sku.sku_id] = row
            if (row.barcode, row.match_key) != (sku.barcode, sku.match_key):
                identity_changed.append(sku.sku_id)
    return SkuPlan(new, changed, identity_changed, seen_again, barcode_seen_again)


def is_newer(one: FactSource, other: FactSource) -> bool:
    """Whether facts from the snapshot `one` go before those from `other`."""
    return one[0] > other[0] or (one[0] == other[0] and one[1] < other[1])


def _says_nothing_new(listing: Listing, sku: KnownSku) -> bool:
    return (
        facts_of(listing) == known_facts(sku)
        and sku.older_sources is None
        and listing.barcode in (None, sku.barcode)
        and not listing.has_no_barcode
    )


def _first_facts(listing: Listing, source: FactSource) -> SkuFactsRow:
    return SkuFactsRow(
        facts=dict(zip(FACT_NAMES, facts_of(listing), strict=True)),
        match_key=match_key(listing.name, listing.brand, listing.size),
        facts_at=source[0],
        facts_store_id=source[1],
        older_sources=None,
        barcode=listing.barcode,
        barcode_at=source[0] if listing.barcode else None,
        no_barcode_at=_no_barcode_at(listing, source[0]),
    )


def _merged(listing: Listing, sku: KnownSku, source: FactSource) -> SkuFactsRow:
    known_source = (sku.facts_at, sku.facts_store_id)
    older = _read_sources(sku.older_sources)
    facts: dict[str, Any] = {}
    sources: dict[str, FactSource] = {}
    for name, old, new in zip(FACT_NAMES, known_facts(sku), facts_of(listing), strict=True):
        old_source = older.get(name, known_source)
        takes_new = new is not None and (old is None or is_newer(source, old_source))
        facts[name] = new if takes_new else old
        if facts[name] is not None:
            sources[name] = source if takes_new else old_source
    newest = source if is_newer(source, known_source) else known_source
    barcode, barcode_at = _merged_barcode(listing, sku, source[0])
    same_text = all(facts[name] == getattr(sku, name) for name in ("name", "brand", "size"))
    return SkuFactsRow(
        facts=facts,
        match_key=sku.match_key
        if same_text
        else match_key(facts["name"], facts["brand"], facts["size"]),
        facts_at=newest[0],
        facts_store_id=newest[1],
        older_sources=_write_sources({n: s for n, s in sources.items() if s != newest}),
        barcode=barcode,
        barcode_at=barcode_at,
        no_barcode_at=_later(sku.no_barcode_at, _no_barcode_at(listing, source[0])),
    )


def _as_known(sku: KnownSku) -> SkuFactsRow:
    return SkuFactsRow(
        facts=dict(zip(FACT_NAMES, known_facts(sku), strict=True)),
        match_key=sku.match_key,
        facts_at=sku.facts_at,
        facts_store_id=sku.facts_store_id,
        older_sources=sku.older_sources,
        barcode=sku.barcode,
        barcode_at=sku.barcode_at,
        no_barcode_at=sku.no_barcode_at,
    )


def _merged_barcode(
    listing: Listing, sku: KnownSku, scraped_at: datetime
) -> tuple[str | None, datetime | None]:
    new = listing.barcode
    if new is None:
        return sku.barcode, sku.barcode_at
    if sku.barcode is None or sku.barcode_at is None or scraped_at > sku.barcode_at:
        return new, scraped_at
    if scraped_at == sku.barcode_at:  # two stores differ at one time: the lower number counts
        return min(new, sku.barcode), scraped_at
    return sku.barcode, sku.barcode_at


def _no_barcode_at(listing: Listing, scraped_at: datetime) -> datetime | None:
    """When the SKU's page was last seen without a barcode, by this listing."""
    if not listing.has_no_barcode:
        return None
    return min(listing.no_barcode_checked_at or scraped_at, scraped_at)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _read_sources(text: str | None) -> dict[str, FactSource]:
    return msgspec.json.decode(text, type=dict[str, tuple[datetime, str]]) if text else {}


def _write_sources(sources: Mapping[str, FactSource]) -> str | None:
    return msgspec.json.encode(sources, order="sorted").decode() if sources else None
