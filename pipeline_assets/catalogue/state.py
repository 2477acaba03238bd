"""Marks by which to see whether what the catalogue shows has changed, without reading all of it.

Prices and SKUs change with accepted files only, or with a decision or an import, which leave their
marks, too. What post-processing keeps by product follows from the files and merges that its steps
have seen and from the stores that they counted. What is small is read in full.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, cast, func, select

from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    ingested_files,
    post_processing_steps,
    product_decisions,
    product_merges,
    product_price_stores,
    product_redirects,
    products,
    skus,
    stores,
)
from pipeline_assets.catalogue.totals import read_totals

# A checksum of barcodes that stays a whole number in every database.
_MODULUS = 1_000_003


def state_marks(connection: Connection) -> dict[str, Any]:
    """The marks, as JSON would give them back: equal marks, equal contents.

    The last file counts with its digest and when it was accepted: a catalogue that was restored
    from a backup, and went on from there, has other marks than the one before.
    """
    files, decisions = ingested_files.c, product_decisions.c
    barcodes = cast(products.c.barcode, BigInteger) % _MODULUS
    newest = select(files.file_id, files.digest, files.ingested_at, files.run_id)
    counted = {
        "decisions": select(
            func.count(), func.max(decisions.decision_id), func.max(decisions.decided_at)
        ),
        "merges": select(func.max(product_merges.c.merge_id), func.max(product_merges.c.made_at)),
        "redirects": select(func.count()).select_from(product_redirects),
        "barcodes": select(func.count(products.c.barcode), func.sum(barcodes)),
        "marked_skus": select(func.max(skus.c.identity_file_id)),
    }
    marks: dict[str, Any] = {
        "last_file": _texts(connection, newest.order_by(files.file_id.desc()).limit(1)),
        **{name: _texts(connection, query) for name, query in counted.items()},
        "steps": sorted(_texts(connection, select(post_processing_steps))),
        "totals": read_totals(connection),
    }
    for table in (stores, brands, brand_aliases, product_price_stores):
        columns = [column for column in table.c if column.name not in _NOT_SHOWN]
        keys = table.primary_key.columns
        marks[table.name] = _digest(connection.execute(select(*columns).order_by(*keys)))
    return marks


_NOT_SHOWN = {"claimed_until"}


def _texts(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[str]:
    """The rows of a query, each as one text that is the same whichever driver read it."""
    return [" ".join(map(_text, row)) for row in connection.execute(query)]


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def _digest(rows: Iterable[Iterable[Any]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
