"""What the catalogue stores for barcode enrichment: known answers, progress, deliveries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import enriched_files, enriched_rows, skus, waiting_barcodes
from pipeline_assets.domain.enrichment.rows import SERVED, UNASKED, Answer, AnswerSource, Outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """An enriched file that was made. Paths are relative to the data folder.

    `moved_at` is None while the delivery is unfinished.
    """

    digest: str
    source_path: str
    delivered_path: str
    archive_path: str
    moved_at: datetime | None


ENRICHMENT_FIGURES = (
    "rows_read",
    "rows_from_catalogue",
    "rows_found",
    "rows_none",
    "rows_unanswered",
)

_DELIVERY = select(*(enriched_files.c[name] for name in Delivery.__dataclass_fields__))


def known_answers(
    connection: Connection, company: str, names: Collection[str], none_since: datetime
) -> dict[str, Answer]:
    """What is known about the barcodes of the company's SKUs `names`, by SKU.

    That a SKU has none counts only if its page showed none at `none_since` (UTC) or later.
    """
    known: dict[str, Answer] = {}
    for table in (skus, waiting_barcodes):  # a SKU is in one of them only
        columns = table.c
        wanted = select(columns.sku, columns.barcode, columns.no_barcode_at).where(
            columns.company == company
        )
        for sku, barcode, no_barcode_at in rows_where_in(connection, wanted, columns.sku, names):
            if barcode is not None:
                known[sku] = Answer(Outcome.FOUND, barcode, AnswerSource.CATALOGUE)
            elif no_barcode_at is not None and no_barcode_at >= none_since:
                known[sku] = Answer(Outcome.NONE, None, AnswerSource.CATALOGUE, no_barcode_at)
    return known


def answers_so_far(connection: Connection, digest: str) -> dict[int, Answer]:
    """The answers that pages have given for rows of this file, by line number."""
    columns = enriched_rows.c
    rows = connection.execute(
        select(columns.line, columns.outcome, columns.barcode, columns.looked_up_at).where(
            columns.digest == digest
        )
    )
    return {row[0]: Answer(Outcome(row[1]), row[2], checked_at=row[3]) for row in rows}


def keep_answer(
    connection: Connection, digest: str, line: int, answer: Answer, now: datetime
) -> None:
    """Record what a row's page said."""
    row = {
        "digest": digest,
        "line": line,
        "outcome": answer.outcome.value,
        "barcode": answer.barcode,
        "looked_up_at": answer.checked_at or now,
    }
    connection.execute(insert(enriched_rows).values(row))


def forget_answers(connection: Connection, digest: str, lines: Sequence[int]) -> None:
    """Delete answers, so these rows' pages are requested again."""
    ours = enriched_rows.c.digest == digest
    connection.execute(delete(enriched_rows).where(ours, enriched_rows.c.line.in_(lines)))


def forget_unasked(connection: Connection, digest: str) -> None:
    """Delete the record of rows for which no server was asked: it is no answer to resume from."""
    _forget(connection, digest, UNASKED)


def forget_unserved(connection: Connection, digest: str) -> None:
    """Delete the record of rows whose page was not received, so these are requested again."""
    _forget(connection, digest, set(Outcome) - SERVED)


def _forget(connection: Connection, digest: str, outcomes: Collection[Outcome]) -> None:
    ours = enriched_rows.c.digest == digest
    named = enriched_rows.c.outcome.in_([outcome.value for outcome in outcomes])
    connection.execute(delete(enriched_rows).where(ours, named))


def delivery_of(connection: Connection, digest: str) -> Delivery | None:
    """The delivery made from the file with these (unpacked) bytes."""
    row = connection.execute(_DELIVERY.where(enriched_files.c.digest == digest)).one_or_none()
    return None if row is None else Delivery(*row)


def was_enriched(connection: Connection, archive_path: str) -> bool:
    """Whether the file at this place (below the data folder) is the source of a delivery."""
    found = select(enriched_files.c.digest).where(enriched_files.c.archive_path == archive_path)
    return connection.execute(found).first() is not None


def open_deliveries(connection: Connection) -> list[Delivery]:
    """Deliveries that are not recorded as finished."""
    rows = connection.execute(_DELIVERY.where(enriched_files.c.moved_at.is_(None)))
    return [Delivery(*row) for row in rows]


def add_delivery(connection: Connection, delivery: Delivery, more: Mapping[str, Any]) -> None:
    """Record that an enriched file is about to appear in the product inbox; `more` by column.

    It takes the place of a finished delivery from the same bytes.
    """
    is_finished = enriched_files.c.moved_at.is_not(None)
    connection.execute(
        delete(enriched_files).where(enriched_files.c.digest == delivery.digest, is_finished)
    )
    connection.execute(insert(enriched_files).values(asdict(delivery) | dict(more)))


def close_delivery(connection: Connection, digest: str, archive_path: str, now: datetime) -> None:
    """Record that the enriched file has been placed and its source archived."""
    connection.execute(
        update(enriched_files)
        .where(enriched_files.c.digest == digest)
        .values(archive_path=archive_path, moved_at=now)
    )


def number_of_deliveries(connection: Connection) -> int:
    """How many files have been enriched: the rows of `enriched_files`."""
    return connection.execute(select(func.count()).select_from(enriched_files)).scalar_one()


def open_rows_of_runs(
    connection: Connection, run_ids: Collection[str]
) -> dict[str, dict[Outcome, int]]:
    """Why rows of the files that these runs enriched stay open: run id → outcome → rows."""
    outcome = enriched_rows.c.outcome
    wanted = (
        select(enriched_files.c.run_id, outcome, func.count())
        .join(enriched_rows, enriched_rows.c.digest == enriched_files.c.digest)
        .where(outcome.not_in([one.value for one in SERVED]))
        .group_by(enriched_files.c.run_id, outcome)
    )
    found: dict[str, dict[Outcome, int]] = {}
    for run_id, why, count in rows_where_in(connection, wanted, enriched_files.c.run_id, run_ids):
        found.setdefault(run_id, {})[Outcome(why)] = count
    return found


def figures_of_runs(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """The figures for the files that these runs enriched, by run id."""
    wanted = select(
        enriched_files.c.run_id, *(enriched_files.c[name] for name in ENRICHMENT_FIGURES)
    )
    rows = rows_where_in(connection, wanted, enriched_files.c.run_id, run_ids)
    return {row[0]: dict(zip(ENRICHMENT_FIGURES, row[1:], strict=True)) for row in rows}
