"""Finds products by words: a table of our own, so that every database finds the same."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, delete, func, select

from pipeline_assets.catalogue.database.statements import insert_rows, pieces, rows_where_in
from pipeline_assets.catalogue.schema import company_products, sku_words, skus
from pipeline_assets.domain.normalisation.search_words import words_of_query, words_of_sku

# So many of the SKUs that say least besides the words are ranked; with a high limit, more.
_POOL = 500
_SKUS_PER_PRODUCT = 4
# Which word is rarest is told by counting so far.
_COUNTED = 2_000


def product_ids_of_words(connection: Connection, words: str, limit: int) -> list[int]:
    """The products with a SKU that has every word of `words`, best first, at most `limit`.

    One that is sold now is better, then one whose SKU has fewer other words, then one that more
    companies sell, then the older. Empty if `words` has no word. A SKU's words are those of its
    name, brand and sizes, as post-processing last saw them; case, accents and order play no part.
    """
    wanted = words_of_query(words)
    if not wanted or limit < 1:
        return []
    rows = connection.execute(_ranked(_rarest_first(connection, wanted), limit))
    return [row[0] for row in rows]


def _rarest_first(connection: Connection, words: Sequence[str]) -> Sequence[str]:
    """The words in the order in which they are quickest to look up together."""

    def frequency(word: str) -> int:
        some = select(sku_words.c.sku_id).where(sku_words.c.word == word).limit(_COUNTED)
        counted = select(func.count()).select_from(some.subquery())
        return connection.execute(counted).scalar_one()

    return sorted(words, key=frequency) if len(words) > 1 else words


def _ranked(words: Sequence[str], limit: int) -> Select[*tuple[int, ...]]:
    pool = _with_all(words, max(_POOL, limit * _SKUS_PER_PRODUCT)).subquery("pool")
    companies = func.count(company_products.c.company.distinct())
    return (
        select(skus.c.product_id)
        .select_from(pool)
        .join(skus, skus.c.sku_id == pool.c.sku_id)
        .outerjoin(company_products, company_products.c.product_id == skus.c.product_id)
        .where(skus.c.product_id.is_not(None))
        .group_by(skus.c.product_id)
        .order_by((companies == 0), func.min(pool.c.words), companies.desc(), skus.c.product_id)
        .limit(limit)
    )


def _with_all(words: Sequence[str], limit: int) -> Select[int, int]:
    """Those SKUs with all of these words that have the fewest others."""
    first, *others = (sku_words.alias(f"word_{place}") for place in range(len(words)))
    joined: Select[int, int] = select(first.c.sku_id, first.c.words).where(first.c.word == words[0])
    for alias, word in zip(others, words[1:], strict=True):
        joined = joined.join(alias, (alias.c.sku_id == first.c.sku_id) & (alias.c.word == word))
    return joined.order_by(first.c.words, first.c.sku_id).limit(limit)


WordKey = tuple[str, int]
"""A word and a SKU that has it."""


def words_of_skus(connection: Connection, sku_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The words that these SKUs should be found by, by sku_id."""
    wanted = select(skus.c.sku_id, skus.c.name, skus.c.brand_name, skus.c.size)
    rows = rows_where_in(connection, wanted, skus.c.sku_id, sku_ids)
    return {row[0]: words_of_sku(row[1], row[2], row[3]) for row in rows}


def stored_words(connection: Connection, sku_ids: Collection[int]) -> dict[WordKey, int]:
    """The words that these SKUs are found by, with how many words their SKU has."""
    wanted = select(sku_words.c.word, sku_words.c.sku_id, sku_words.c.words)
    rows = rows_where_in(connection, wanted, sku_words.c.sku_id, sku_ids)
    return {(row[0], row[1]): row[2] for row in rows}


def write_words(
    connection: Connection, new: Mapping[WordKey, int], gone: Collection[WordKey]
) -> None:
    """Remove some words of SKUs, then add others."""
    removed: dict[int, list[str]] = defaultdict(list)
    for word, sku_id in gone:
        removed[sku_id].append(word)
    for sku_id, words in removed.items():
        for piece in pieces(words):
            ours = (sku_words.c.sku_id == sku_id) & sku_words.c.word.in_(piece)
            connection.execute(delete(sku_words).where(ours))
    rows = [
        {"word": word, "sku_id": sku_id, "words": words}
        for (word, sku_id), words in sorted(new.items())
    ]
    insert_rows(connection, sku_words, rows)
