"""The open suggestions with what a person needs to decide on them."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, or_, select

from pipeline_assets.catalogue.schema import company_products, products, sku_suggestions, skus
from pipeline_assets.domain.suggestions.plan import SuggestionState


class ReviewedSku(NamedTuple):
    """One side of a suggestion.

    `barcode`: that of its product. Prices: what the company's stores ask for the product, None if
    none sells it now.
    """

    company: str
    sku: str
    name: str
    brand: str | None
    size: str | None
    url: str | None
    barcode: str | None
    lowest_cents: int | None
    highest_cents: int | None

    @property
    def called(self) -> str:
        """Its name for `decide`: `company/sku`."""
        return f"{self.company}/{self.sku}"


class OpenSuggestion(NamedTuple):
    """A pair to decide on; `kind` is its class, `confidence_e6` None for variants."""

    a: ReviewedSku
    b: ReviewedSku
    confidence_e6: int | None
    kind: str
    evidence: str
    model_version: str | None
    suggested_date: date


_SIDE = len(ReviewedSku._fields)
_SUGGESTED = sku_suggestions.c
_FIRST, _SECOND = skus.alias("first"), skus.alias("second")


def _open_pairs() -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = select().select_from(sku_suggestions)
    for one, key in ((_FIRST, _SUGGESTED.sku_id_a), (_SECOND, _SUGGESTED.sku_id_b)):
        asked = company_products.alias(f"asked_{one.name}")
        product = products.alias(f"product_{one.name}")
        of_product = and_(asked.c.product_id == one.c.product_id, asked.c.company == one.c.company)
        wanted = (
            wanted.add_columns(
                one.c.company,
                one.c.sku,
                one.c.name,
                one.c.brand_name,
                one.c.size,
                one.c.url,
                product.c.barcode,
                asked.c.lowest_cents,
                asked.c.highest_cents,
            )
            .join(one, one.c.sku_id == key)
            .outerjoin(product, product.c.product_id == one.c.product_id)
            .outerjoin(asked, of_product)
        )
    return wanted.add_columns(
        _SUGGESTED.confidence_e6,
        _SUGGESTED["class"],
        _SUGGESTED.evidence,
        _SUGGESTED.model_version,
        _SUGGESTED.suggested_date,
    ).where(_SUGGESTED.state == SuggestionState.OPEN.value)


_OPEN = _open_pairs()


def open_suggestions(
    connection: Connection,
    company: str | None = None,
    above_e6: int | None = None,
    limit: int | None = None,
) -> list[OpenSuggestion]:
    """The open suggestions, the surest first, then by (company, SKU); variants come last.

    `company`: only those with a SKU of this company. `above_e6`: only those with more confidence.
    """
    wanted = _OPEN
    if company is not None:
        wanted = wanted.where(or_(_FIRST.c.company == company, _SECOND.c.company == company))
    if above_e6 is not None:
        wanted = wanted.where(_SUGGESTED.confidence_e6 > above_e6)
    order = (_FIRST.c.company, _FIRST.c.sku, _SECOND.c.company, _SECOND.c.sku)
    surest = func.coalesce(_SUGGESTED.confidence_e6, -1).desc()
    return _read(connection, wanted.order_by(surest, *order).limit(limit))


def open_suggestion(connection: Connection, one: OpenSuggestion) -> OpenSuggestion | None:
    """This suggestion as it is now; None if it is no longer open."""
    wanted = _OPEN
    for alias, side in ((_FIRST, one.a), (_SECOND, one.b)):
        wanted = wanted.where(alias.c.company == side.company, alias.c.sku == side.sku)
    return next(iter(_read(connection, wanted)), None)


def count_open_suggestions(connection: Connection, company: str | None = None) -> int:
    """How many suggestions are open, of this company or of all."""
    wanted = (
        select(func.count())
        .select_from(sku_suggestions)
        .join(_FIRST, _FIRST.c.sku_id == _SUGGESTED.sku_id_a)
        .join(_SECOND, _SECOND.c.sku_id == _SUGGESTED.sku_id_b)
        .where(_SUGGESTED.state == SuggestionState.OPEN.value)
    )
    if company is not None:
        wanted = wanted.where(or_(_FIRST.c.company == company, _SECOND.c.company == company))
    return int(connection.execute(wanted).scalar_one())


def _read(connection: Connection, wanted: Select[*tuple[Any, ...]]) -> list[OpenSuggestion]:
    return [
        OpenSuggestion(
            ReviewedSku(*row[:_SIDE]), ReviewedSku(*row[_SIDE : 2 * _SIDE]), *row[2 * _SIDE :]
        )
        for row in connection.execute(wanted)
    ]
