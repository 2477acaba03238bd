"""The sample's files: each store's rows for each day as bytes. `writer` writes them."""

import gzip
import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import NamedTuple

from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX
from pipeline_assets.sample.companies import product
from pipeline_assets.sample.fields import Product
from pipeline_assets.sample.malformed import malformed_lines
from pipeline_assets.sample.shops import DAYS, STORES, Offer, Store, offers

_LAST = DAYS - 1
# What is special about a store's file, by (store_id, day).
_PARTIAL = ("G907", _LAST)
_MALFORMED = ("90451", _LAST)
_GZIPPED = ("90417", 1)
_TO_ENRICH = ("COL:0451", _LAST)

_PARTIAL_SHARE = 0.6


class SampleFile(NamedTuple):
    """A file to write: its inbox (the name of a folder in the data folder), its name, its bytes."""

    inbox: str
    name: str
    content: bytes


class _Row(NamedTuple):
    offer: Offer
    product: Product


def sample_files(last_day: date) -> list[SampleFile]:
    """All files of the sample, the earliest day first; the same date gives the same bytes.

    They cover three days, up to `last_day`. One store's last file goes to
    `barcode_enrichment_inbox`; `product_inbox` has only that store's earlier days.
    """
    return [
        _sample_file(store, day, last_day - timedelta(days=_LAST - day))
        for day in range(DAYS)
        for store in STORES
    ]


def _sample_file(store: Store, day: int, scraped_on: date) -> SampleFile:
    which = (store.store_id, day)
    rows = [
        _Row(offer, product(store.company, offer, scraped_on.isoformat()))
        for offer in offers(store, day)
    ]
    if which == _PARTIAL:
        rows = rows[: int(len(rows) * _PARTIAL_SHARE)]
    if which == _TO_ENRICH:
        rows = [_with_known_barcode(row) for row in rows]
    lines = _lines(rows, _metadata(store, scraped_on), is_malformed=which == _MALFORMED)
    content = "".join(f"{line}\n" for line in lines).encode("ascii")
    name = f"{store.company}-{store.slug}-{scraped_on.isoformat()}.jsonl"
    if which == _GZIPPED:
        name, content = f"{name}.gz", _gzipped(content)
    return SampleFile(
        BARCODE_ENRICHMENT_INBOX if which == _TO_ENRICH else PRODUCT_INBOX, name, content
    )


def _metadata(store: Store, scraped_on: date) -> dict[str, object]:
    day = scraped_on.isoformat()
    return {
        "company": store.company,
        "store_name": store.name,
        "store_id": store.store_id,
        "state": store.state,
        **(
            {"scraped_at": f"{day}T{store.scraped_at}"}
            if store.scraped_at
            else {"scraped_date": day}
        ),
    }


def _lines(rows: list[_Row], metadata: dict[str, object], is_malformed: bool) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield json.dumps({"product": row.product, "metadata": metadata})
        if is_malformed and number == len(rows) // 2:
            yield from malformed_lines(row.product, metadata)


def _with_known_barcode(row: _Row) -> _Row:
    """A row for which no page has to be fetched: the sample sends no requests.

    It has a barcode, or is known to have none, or has no page.
    """
    article = row.offer.article
    if article.gtin is not None:
        return row._replace(product={**row.product, "barcode": article.gtin.zfill(13)})
    no_page: Product = {"url": None}
    known: Product = {"has_no_coles_barcode": True}
    return row._replace(product={**row.product, **(known if article.number % 2 else no_page)})


def _gzipped(content: bytes) -> bytes:
    """Its header has neither a time nor a name, so the bytes depend only on the content."""
    packed = BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()
