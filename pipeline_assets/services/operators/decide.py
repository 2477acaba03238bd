"""Operators' decisions: two SKUs are one product, or never are. They override every rule."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from pipeline_assets.catalogue import decisions, suggestions
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.errors import UsageError
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.products import told
from pipeline_assets.services.products.reconcile import place_skus

DecisionKind = Literal["same", "never"]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision changed, in words, and the two SKUs' products now."""

    changes: list[str]
    product_ids: tuple[int, int]


def decide(
    pipeline: Pipeline, kind: DecisionKind | None, one: str, other: str, note: str | None = None
) -> Decided:
    """Decide on two SKUs (`company/sku`) and place them in products at once.

    `kind` None takes an earlier decision back. Raises `UsageError` for unknown SKUs, and for a
    decision that contradicts others.
    """
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        pair = _sku_id(connection, one), _sku_id(connection, other)
        if pair[0] == pair[1]:
            raise UsageError(f"{one} and {other} are the same SKU; a decision needs two.")
        if kind is None:
            _take_back(connection, pair, one, other)
        else:
            _refuse_contradiction(connection, kind, pair)
            decisions.write(connection, kind, pair, note, pipeline.clock())
        decisions.mark_decided(connection, pair)
        suggestions.follow_decision(connection, kind, pair)
        placement = place_skus(connection, pair, pipeline.clock())
        now = decisions.product_ids(connection, pair)
        return Decided(told(placement.plan), (now[pair[0]], now[pair[1]]))


def _sku_id(connection: Connection, name: str) -> int:
    company, slash, sku = name.partition("/")
    if not slash:
        raise UsageError(f"{name!r} is not a SKU; write it as company/sku, such as coles/3091126.")
    sku_id = decisions.find_sku(connection, company.lower(), sku)
    if sku_id is None:
        raise UsageError(f"There is no SKU {sku} of {company} in the catalogue.")
    return sku_id


def _take_back(connection: Connection, pair: tuple[int, int], one: str, other: str) -> None:
    if not decisions.remove(connection, pair):
        raise UsageError(f"There is no decision on {one} and {other} to take back.")


def _refuse_contradiction(
    connection: Connection, kind: DecisionKind, pair: tuple[int, int]
) -> None:
    """Refuse a *never* within what *same* has joined, and the other way round."""
    seeds = pair if kind == "same" else pair[:1]
    joined = decisions.joined_by_same(connection, seeds, besides=pair)
    if kind == "never" and pair[1] in joined:
        raise UsageError(
            "Other decisions already join these two SKUs through a third one. First take one of "
            "those back: pipeline-assets decide undo SKU SKU."
        )
    if kind == "same" and decisions.has_never_within(connection, joined, besides=pair):
        raise UsageError(
            "This would join two SKUs that another decision keeps apart. First take that one back: "
            "pipeline-assets decide undo SKU SKU."
        )
