"""What is known about a company's article, and how a snapshot changes that: a plan.

The rule: each fact comes from the newest snapshot that gave it (same time: the lowest store id as
text), and a null never erases one. So facts are kept with the snapshot they are from. It is stored
once per SKU (`facts_at`, `facts_store_id`); an older fact, which the newest snapshot did not give,
has its own source in `older_sources`. This way the order of the snapshots does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from pipeline_assets.domain.normalisation.match_keys import match_key
from pipeline_assets.domain.products.variants import Slug, slug_of
from pipeline_assets.domain.snapshots.listing import ListedFacts, Listing

FactSource = tuple[datetime, str]


class SkuRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What is recorded about a SKU, and from when.

    `older_sources` is JSON {fact: [moment, store_id]}; `no_barcode_at`: when the SKU's page was
    last seen to have no barcode.
    """

    facts: ListedFacts
    match_key: str | None
    facts_at: datetime
    facts_store_id: str
    older_sources: str | None
    barcode: str | None
    barcode_at: datetime | None
    no_barcode_at: datetime | None


class KnownSku(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A SKU that is in the catalogue, its product, and its record."""

    sku_id: int
    sku: str
    product_id: int | None
    record: SkuRecord


@dataclass(frozen=True, slots=True)
class SkuPlan:
    """How a snapshot changes its company's SKUs.

    `new`: by SKU; `changed`: by sku_id; `identity_changed`: those of them whose barcode, match key
    or slug changes; `seen_again` and `barcode_seen_again`: sku_ids whose facts, or whose barcode,
    stay the same and now have this newer snapshot as their source.
    """

    new: Mapping[str, SkuRecord] = field(default_factory=dict)
    changed: Mapping[int, SkuRecord] = field(default_factory=dict)
    identity_changed: Sequence[int] = ()
    seen_again: Sequence[int] = ()
    barcode_seen_again: Sequence[int] = ()


def plan_skus(
    listings: Sequence[Listing], known: Mapping[str, KnownSku], scraped_at: datetime, store_id: str
) -> SkuPlan:
    """How the listings of one snapshot change the SKUs that they name."""
    new: dict[str, SkuRecord] = {}
    changed: dict[int, SkuRecord] = {}
    identity_changed: list[int] = []
    seen_again: list[int] = []
    barcode_seen_again: list[int] = []
    source = (scraped_at, store_id)
    for listing in listings:
        sku = known.get(listing.sku)
        if sku is None:
            new[listing.sku] = _first_record(listing, source)
            continue
        known_record = sku.record
        if _says_nothing_new(listing, known_record):
            if is_newer(source, (known_record.facts_at, known_record.facts_store_id)):
                seen_again.append(sku.sku_id)
            if listing.barcode and scraped_at > known_record.barcode_at:  # type: ignore[operator]
                barcode_seen_again.append(sku.sku_id)
            continue
        record = _merged(listing, known_record, source)
        if record == known_record:
            continue
        changed[sku.sku_id] = record
        if _identity(record) != _identity(known_record):
            identity_changed.append(sku.sku_id)
    return SkuPlan(new, changed, identity_changed, seen_again, barcode_seen_again)


def is_newer(one: FactSource, other: FactSource) -> bool:
    """Whether facts from the snapshot `one` take precedence over those from `other`."""
    return one[0] > other[0] or (one[0] == other[0] and one[1] < other[1])


def _says_nothing_new(listing: Listing, known: SkuRecord) -> bool:
    return (
        listing.facts == known.facts
        and known.older_sources is None
        and listing.barcode in (None, known.barcode)
        and not listing.has_no_barcode
    )


def _identity(record: SkuRecord) -> tuple[str | None, str | None, Slug | None]:
    """The facts that decide the SKU's product; with a barcode, its page plays no part."""
    slug = slug_of(record.facts.url) if record.barcode is None else None
    return record.barcode, record.match_key, slug


def _first_record(listing: Listing, source: FactSource) -> SkuRecord:
    return SkuRecord(
        facts=listing.facts,
        match_key=match_key(*_named(listing.facts)),
        facts_at=source[0],
        facts_store_id=source[1],
        older_sources=None,
        barcode=listing.barcode,
        barcode_at=source[0] if listing.barcode else None,
        no_barcode_at=_no_barcode_at(listing, source[0]),
    )


def _merged(listing: Listing, known: SkuRecord, source: FactSource) -> SkuRecord:
    known_source = (known.facts_at, known.facts_store_id)
    newest = source if is_newer(source, known_source) else known_source
    facts, sources = _merged_facts(listing.facts, known, source)
    barcode, barcode_at = _merged_barcode(listing, known, source[0])
    return SkuRecord(
        facts=facts,
        match_key=known.match_key
        if _named(facts) == _named(known.facts)
        else match_key(*_named(facts)),
        facts_at=newest[0],
        facts_store_id=newest[1],
        older_sources=_write_sources({n: s for n, s in sources.items() if s != newest}),
        barcode=barcode,
        barcode_at=barcode_at,
        no_barcode_at=_later(known.no_barcode_at, _no_barcode_at(listing, source[0])),
    )


def _named(facts: ListedFacts) -> tuple[str, str | None, str | None]:
    """The facts that make the match key."""
    return facts.name, facts.brand, facts.size


def _merged_facts(
    listed: ListedFacts, known: SkuRecord, source: FactSource
) -> tuple[ListedFacts, dict[str, FactSource]]:
    """Every fact by the rule above, and the source of each that is not null, by name."""
    known_source = (known.facts_at, known.facts_store_id)
    older = _read_sources(known.older_sources)
    facts: dict[str, Any] = {}
    sources: dict[str, FactSource] = {}
    for name in ListedFacts.__struct_fields__:
        old, new = getattr(known.facts, name), getattr(listed, name)
        old_source = older.get(name, known_source)
        takes_new = new is not None and (old is None or is_newer(source, old_source))
        facts[name] = new if takes_new else old
        if facts[name] is not None:
            sources[name] = source if takes_new else old_source
    return ListedFacts(**facts), sources


def _merged_barcode(
    listing: Listing, known: SkuRecord, scraped_at: datetime
) -> tuple[str | None, datetime | None]:
    new = listing.barcode
    if new is None:
        return known.barcode, known.barcode_at
    if known.barcode is None or known.barcode_at is None or scraped_at > known.barcode_at:
        return new, scraped_at
    if scraped_at == known.barcode_at:  # two stores differ at the same time: the lower counts
        return min(new, known.barcode), scraped_at
    return known.barcode, known.barcode_at


def _no_barcode_at(listing: Listing, scraped_at: datetime) -> datetime | None:
    """When the SKU's page was last seen without a barcode, according to this listing."""
    if not listing.has_no_barcode:
        return None
    return min(listing.no_barcode_checked_at or scraped_at, scraped_at)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _read_sources(text: str | None) -> dict[str, FactSource]:
    return msgspec.json.decode(text, type=dict[str, tuple[datetime, str]]) if text else {}


def _write_sources(sources: Mapping[str, FactSource]) -> str | None:
    return msgspec.json.encode(sources, order="sorted").decode() if sources else None
