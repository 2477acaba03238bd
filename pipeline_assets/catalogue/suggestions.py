"""Suggested pairs of SKUs: what they are found from, and the tables that keep them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from pipeline_assets.catalogue.database.statements import insert_rows, pieces, update_rows
from pipeline_assets.catalogue.schema import (
    categories,
    company_products,
    comparable_pairs,
    product_decisions,
    products,
    sku_suggestions,
    skus,
)
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.products.facts import SkuFacts, SkuPair
from pipeline_assets.domain.suggestions.found import PairOffer
from pipeline_assets.domain.suggestions.plan import (
    STATE_OF_DECISION,
    KeptSuggestion,
    SuggestionChanges,
    SuggestionState,
)

_KEY = ("sku_id_a", "sku_id_b")
_MATCHABLE = (
    select(
        skus.c.sku_id,
        skus.c.company,
        skus.c.sku,
        skus.c.name,
        skus.c.brand_name,
        skus.c.size,
        categories.c.path,
        skus.c.description,
        func.coalesce(skus.c.barcode, products.c.barcode),
        company_products.c.median_cents,
        skus.c.product_id,
    )
    .outerjoin(categories, categories.c.category_id == skus.c.category_id)
    .outerjoin(products, products.c.product_id == skus.c.product_id)
    .outerjoin(
        company_products,
        (company_products.c.product_id == skus.c.product_id)
        & (company_products.c.company == skus.c.company),
    )
)


def matchable_skus(connection: Connection) -> list[MatchableSku]:
    """All SKUs, as matching sees them.

    A SKU without a barcode has that of its product: a match with another one would join the two.
    The price is the middle one of those that the company asks for the SKU's product, as
    post-processing last counted it.
    """
    return [
        MatchableSku(
            sku_id=row[0],
            company=row[1],
            sku=row[2],
            name=row[3],
            brand=row[4],
            size=row[5],
            category_path=row[6],
            description=row[7],
            barcode=row[8],
            price_cents=row[9],
            product_id=row[10],
        )
        for row in connection.execute(_MATCHABLE)
    ]


def skus_with_shared_keys(connection: Connection) -> list[SkuFacts]:
    """The SKUs without a barcode whose match key another such SKU of their company has."""
    has_none = skus.c.barcode.is_(None) & skus.c.match_key.is_not(None)
    shared = (
        select(skus.c.company, skus.c.match_key)
        .where(has_none)
        .group_by(skus.c.company, skus.c.match_key)
        .having(func.count() > 1)
        .subquery("shared")
    )
    wanted = (
        select(skus.c.sku_id, skus.c.company, skus.c.sku, skus.c.match_key, skus.c.url)
        .join(
            shared,
            (shared.c.company == skus.c.company) & (shared.c.match_key == skus.c.match_key),
        )
        .where(has_none)
    )
    return [
        SkuFacts(
            sku_id=row[0], company=row[1], sku=row[2], barcode=None, match_key=row[3], url=row[4]
        )
        for row in connection.execute(wanted)
    ]


def decided_pairs(connection: Connection) -> dict[SkuPair, str]:
    """`same` or `never` for each pair that was decided on, in both orders of the pair."""
    columns = product_decisions.c
    rows = connection.execute(select(columns.sku_id_a, columns.sku_id_b, columns.kind))
    return {pair: row[2] for row in rows for pair in ((row[0], row[1]), (row[1], row[0]))}


def kept_suggestions(connection: Connection) -> dict[SkuPair, KeptSuggestion]:
    """Every pair that is or was suggested."""
    columns = sku_suggestions.c
    wanted = select(
        columns.sku_id_a,
        columns.sku_id_b,
        columns["class"],
        columns.confidence_e6,
        columns.evidence,
        columns.model_version,
        columns.suggested_date,
        columns.state,
    )
    return {
        (row[0], row[1]): KeptSuggestion(PairOffer(*row[2:6]), row[6], SuggestionState(row[7]))
        for row in connection.execute(wanted)
    }


def write_suggestions(connection: Connection, changes: SuggestionChanges) -> None:
    """Write what differs to table `sku_suggestions`."""
    insert_rows(connection, sku_suggestions, _rows(changes.new))
    update_rows(connection, sku_suggestions, _rows(changes.changed), *_KEY)


def _rows(suggestions: Mapping[SkuPair, KeptSuggestion]) -> list[dict[str, Any]]:
    return [
        {
            **dict(zip(_KEY, pair, strict=True)),
            "class": one.offer.kind,
            "confidence_e6": one.offer.confidence_e6,
            "evidence": one.offer.evidence,
            "model_version": one.offer.model_version,
            "suggested_date": one.suggested_date,
            "state": one.state.value,
        }
        for pair, one in suggestions.items()
    ]


def follow_decision(connection: Connection, kind: str | None, pair: SkuPair) -> None:
    """If the pair was suggested, its state follows this decision; None: it was taken back.

    Whether it still is suggested then, the next post-processing finds out.
    """
    columns = sku_suggestions.c
    state = SuggestionState.OPEN if kind is None else STATE_OF_DECISION[kind]
    for first, second in (pair, pair[::-1]):
        statement = update(sku_suggestions).where(
            columns.sku_id_a == first, columns.sku_id_b == second
        )
        connection.execute(statement.values(state=state.value))


def kept_comparable_pairs(connection: Connection) -> dict[SkuPair, tuple[int, str]]:
    """Score in millionths and reason of each comparable pair."""
    columns = comparable_pairs.c
    wanted = select(columns.sku_id_a, columns.sku_id_b, columns.score_e6, columns.reason)
    return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(wanted)}


def write_comparable_pairs(
    connection: Connection, wanted: Mapping[SkuPair, tuple[int, str]], removed: Collection[SkuPair]
) -> None:
    """Remove pairs from table `comparable_pairs`, then add those that are wanted."""
    columns = comparable_pairs.c
    by_first: dict[int, list[int]] = {}
    for first, second in sorted(removed):
        by_first.setdefault(first, []).append(second)
    for first, seconds in by_first.items():
        for piece in pieces(seconds):
            of_first = columns.sku_id_a == first
            connection.execute(
                delete(comparable_pairs).where(of_first, columns.sku_id_b.in_(piece))
            )
    rows = [
        {"sku_id_a": pair[0], "sku_id_b": pair[1], "score_e6": score, "reason": reason}
        for pair, (score, reason) in wanted.items()
    ]
    insert_rows(connection, comparable_pairs, rows)
