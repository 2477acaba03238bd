"""Articles as price-comparison front ends read them, made of SKUs and their typical prices."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline_assets.catalogue.published import ARTICLE_COLUMNS, TypicalPrice
from pipeline_assets.domain.normalisation.quantities import quantity_of
from pipeline_assets.publishing.comparison import ComparedArticle, PriceOfDay


def compared_articles(
    articles: Sequence[Sequence[Any]], typical: Mapping[str, TypicalPrice]
) -> Iterator[ComparedArticle]:
    """The articles (rows with `ARTICLE_COLUMNS`) that are sold now, in their order."""
    for row in articles:
        article = dict(zip(ARTICLE_COLUMNS, row, strict=True))
        found = typical.get(article["sku"])
        if found is not None:
            yield _compared(article, found)


def _compared(article: Mapping[str, Any], typical: TypicalPrice) -> ComparedArticle:
    quantity = quantity_of(article["name"], article["size"])
    past = [PriceOfDay(day.isoformat(), cents / 100) for day, cents in typical.past]
    unit_price = None if typical.unit_price_e4 is None else typical.unit_price_e4 / 10_000
    return ComparedArticle(
        id=article["sku"],
        store=article["company"],
        name=article["name"],
        price=past[0].price,
        price_history=past,
        unit=quantity.unit if quantity else None,
        quantity=float(quantity.amount) if quantity else None,
        is_weighted=quantity is None
        and typical.unit_of_measure == "kg"
        and unit_price == past[0].price,
        brand=article["brand"],
        category=article["category"],
        url=article["url"],
        image=article["image_url"],
        barcode=article["barcode"],
        product_id=article["product_id"],
        unit_price=unit_price,
        unit_of_measure=typical.unit_of_measure,
        store_id=typical.store_id,
        stores=typical.stores,
    )
