"""Which rows a question is about: its SKUs, its companies, its stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVarTuple

from sqlalchemy import ColumnElement, Connection, Select

from pipeline_assets.catalogue.database.statements import where_in
from pipeline_assets.catalogue.schema import skus, stores

_Ts = TypeVarTuple("_Ts")

Statement: TypeAlias = Select[*tuple[Any, ...]]
"""A select; its columns are named as those of the rows that it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRows:
    """What is wanted; None is no restriction, and every restriction counts.

    `redirected` are those of the wanted products that were asked for by a retired id.
    """

    sku_ids: Sequence[int] | None = None
    companies: Sequence[str] | None = None
    store_ids: Sequence[str] | None = None
    redirected: frozenset[int] = frozenset()


def narrowed(
    connection: Connection,
    query: Select[*_Ts],
    wanted: WantedRows,
    sku_id: ColumnElement[int] | None = None,
) -> Select[*_Ts]:
    """The select, of `skus` and `stores`, without the rows that are not wanted.

    `sku_id`: the column by which SKUs are found, where that is quicker than `skus.sku_id`.
    """
    if wanted.sku_ids is not None:
        of_sku = skus.c.sku_id if sku_id is None else sku_id
        query = where_in(connection, query, of_sku, wanted.sku_ids)
    if wanted.companies is not None:
        query = where_in(connection, query, stores.c.company, wanted.companies)
    if wanted.store_ids is not None:
        query = where_in(connection, query, stores.c.store_id, wanted.store_ids)
    return query
