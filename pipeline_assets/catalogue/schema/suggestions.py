"""Pairs of SKUs that are offered to people: suggested matches and comparable products.

All of it follows from other tables and the shipped model, except when a pair was first suggested
and what happened to pairs that are no longer suggested.
"""

from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Integer, Table

from pipeline_assets.catalogue.schema.base import COMPANY, metadata
from pipeline_assets.catalogue.schema.types import BYTES, KEY, LONG_TEXT, text_of


def _pair_of_skus() -> tuple[Column[Any], Column[Any]]:
    """The key of a table whose rows are pairs of SKUs."""
    return (
        Column(
            "sku_id_a",
            KEY,
            ForeignKey("skus.sku_id"),
            primary_key=True,
            autoincrement=False,
            doc="the SKU of the pair with the lower (company, SKU)",
        ),
        Column(
            "sku_id_b",
            KEY,
            ForeignKey("skus.sku_id"),
            primary_key=True,
            autoincrement=False,
            index=True,
            doc="the other SKU",
        ),
    )


sku_suggestions = Table(
    "sku_suggestions",
    metadata,
    *_pair_of_skus(),
    Column("class", text_of(16), nullable=False, doc="`same`, `size unconfirmed` or `variant`"),
    Column(
        "confidence_e6",
        Integer,
        doc="the probability that they are one product, in millionths; empty for variants",
    ),
    Column("evidence", LONG_TEXT, nullable=False, doc="what the suggestion goes by, in words"),
    Column("model_version", text_of(64), doc="the model that found the pair; empty for variants"),
    Column("suggested_date", Date, nullable=False, doc="the day on which it was suggested"),
    Column(
        "state",
        text_of(16),
        nullable=False,
        index=True,
        doc="`open`, `confirmed`, `refused`, or `withdrawn` when no longer suggested",
    ),
    sqlite_with_rowid=False,
)

comparable_pairs = Table(
    "comparable_pairs",
    metadata,
    *_pair_of_skus(),
    Column("score_e6", Integer, nullable=False, doc="how comparable they are, in millionths"),
    Column("reason", LONG_TEXT, nullable=False, doc="what they have in common, in words"),
    sqlite_with_rowid=False,
)

matching_memory = Table(
    "matching_memory",
    metadata,
    Column(
        "company_a",
        COMPANY,
        ForeignKey("companies.company"),
        primary_key=True,
        doc="the first of two companies",
    ),
    Column(
        "company_b",
        COMPANY,
        ForeignKey("companies.company"),
        primary_key=True,
        doc="the second one, or the first again: then it is about this company alone",
    ),
    Column("part", Integer, primary_key=True, autoincrement=False, doc="which part it is, from 0"),
    Column("content", BYTES, nullable=False, doc="pairs with scores, or SKUs with words"),
)
