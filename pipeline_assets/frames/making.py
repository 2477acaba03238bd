"""Makes frames of what a statement finds: dtypes, exact money, the marks that are computed."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Connection

from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows
from pipeline_assets.frames.columns import MOMENT, FrameColumns

Money = Literal["cents", "decimal"]
"""How amounts of money are given: whole numbers, or `decimal.Decimal` dollars."""


def frames_of(
    connection: Connection,
    statement: Statement,
    columns: FrameColumns,
    wanted: WantedRows,
    money: Money,
    rows_at_once: int | None = None,
) -> Iterator[pd.DataFrame]:
    """What the statement finds, in frames of at most so many rows; at least one, maybe empty."""
    found = pd.read_sql_query(
        statement, connection, coerce_float=False, dtype=object, chunksize=rows_at_once
    )
    for raw in [found] if isinstance(found, pd.DataFrame) else found:
        yield finished(raw, columns, wanted.redirected, money)


def finished(
    raw: pd.DataFrame, columns: FrameColumns, redirected: frozenset[int], money: Money
) -> pd.DataFrame:
    """The rows with all columns of the frame, in their order and with their dtypes."""
    stored = [column for column in columns if column.name in raw]
    moments = {
        column.name: pd.to_datetime(raw[column.name], utc=True)
        for column in stored
        if column.dtype == MOMENT
    }
    dtypes = {column.name: column.dtype for column in stored}
    frame = raw.assign(**moments).astype(dtypes)
    names = [column.name for column in columns]
    if "is_redirected" in names:
        frame["is_redirected"] = frame["product_id"].isin(redirected).astype("boolean")
    if "difference_cents" in names:
        frame["difference_cents"] = frame["price_cents"] - frame["price_before_cents"]
        frame["difference_share"] = frame["difference_cents"] / frame["price_before_cents"]
    frame = frame[names]
    return frame if money == "cents" else _in_dollars(frame, columns)


def _in_dollars(frame: pd.DataFrame, columns: FrameColumns) -> pd.DataFrame:
    """The frame with exact dollars in place of whole cents; a missing amount is `None`."""
    amounts = {column.name: column.places for column in columns if column.places is not None}
    dollars = {name: _decimals(frame[name], places) for name, places in amounts.items()}
    names = {column.name: column.name_in_dollars for column in columns}
    return frame.assign(**dollars).rename(columns=names)


def _decimals(amounts: "pd.Series[Any]", places: int) -> "pd.Series[Any]":
    # Few amounts occur often: each one becomes a Decimal once.
    exact = {
        amount: Decimal(amount).scaleb(-places) for amount in amounts.dropna().unique().tolist()
    }
    return amounts.astype(object).map(exact).astype(object).where(amounts.notna(), None)
