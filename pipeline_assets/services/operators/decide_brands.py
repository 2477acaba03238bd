"""Operators' decisions: two brand names mean one brand, or never do. They override every rule."""

from dataclasses import dataclass
from html import unescape

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from pipeline_assets.catalogue import brand_decisions as catalogue
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.domain.brands.decisions import (
    BrandDecision,
    BrandDecisionKind,
    DecidedBrands,
    NamePair,
)
from pipeline_assets.domain.normalisation.words import normalise_brand
from pipeline_assets.errors import UsageError
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.brands import settle_brands

_MOST_NAMES_SHOWN = 5
_NEAR = 60  # of 100


@dataclass(frozen=True, slots=True)
class DecidedOnBrands:
    """What a decision changed, in words; the two names in normal form; the brands they mean now.

    `brands` are names as they are shown; a name that no SKU has any more has the brand None.
    """

    changes: list[str]
    names: NamePair
    brands: tuple[str | None, str | None]


def decide_brands(
    pipeline: Pipeline,
    kind: BrandDecisionKind | None,
    one: str,
    other: str,
    note: str | None = None,
) -> DecidedOnBrands:
    """Decide on two brand names, in any spelling, and settle all brands at once.

    `kind` None takes an earlier decision back. Prices, products and SKUs stay as they are. Raises
    `UsageError` for unknown names, and for a decision that contradicts others.
    """
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        pair = _name(connection, one), _name(connection, other)
        if pair[0] == pair[1]:
            raise UsageError(f"{one} and {other} are spellings of the same name already.")
        if kind is None:
            if not catalogue.remove_brand_decision(connection, pair):
                raise UsageError(f"There is no decision on {one} and {other} to take back.")
        else:
            decision = BrandDecision(kind, *pair)
            _refuse_contradiction(connection, decision)
            catalogue.write_brand_decision(connection, decision, note, pipeline.clock())
        changes = settle_brands(connection)
        catalogue.have_brands_exported(connection, pair)
        shown = catalogue.shown_brands(connection, pair)
        return DecidedOnBrands(changes, pair, (shown.get(pair[0]), shown.get(pair[1])))


def _name(connection: Connection, spelling: str) -> str:
    """The normal form of a name that files have used."""
    name = normalise_brand(spelling)
    if name is None:
        raise UsageError(f"{spelling!r} has no letters or digits to be a brand's name.")
    if catalogue.is_known_brand_name(connection, name):
        return name
    spellings = {unescape(each) for each in catalogue.brand_spellings(connection)}
    near = process.extract(
        spelling,
        sorted(spellings),
        scorer=fuzz.WRatio,
        processor=str.casefold,
        limit=_MOST_NAMES_SHOWN,
        score_cutoff=_NEAR,
    )
    hint = f" Names like it: {', '.join(match[0] for match in near)}." if near else ""
    raise UsageError(f"No file has named a brand {spelling!r}.{hint}")


def _refuse_contradiction(connection: Connection, decision: BrandDecision) -> None:
    """Refuse a *never* within what *same* has joined, and the other way round."""
    names = {decision.name_a, decision.name_b}
    others = [
        each
        for each in catalogue.all_brand_decisions(connection)
        if {each.name_a, each.name_b} != names
    ]
    if DecidedBrands.of([*others, decision]).contradicts():
        what = "keep these two names apart" if decision.kind == "same" else "join these two names"
        raise UsageError(
            f"Other decisions already {what}, perhaps through a third one. First take one of those "
            "back: pipeline-assets decide undo --brand NAME NAME."
        )
