"""How far each step of post-processing has come: the last accepted file, the last merge."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from pipeline_assets.catalogue.schema import (
    ingested_files,
    post_processing_steps,
    product_merges,
)


def last_file_id(connection: Connection) -> int:
    """The newest accepted file; 0 when there is none."""
    newest = connection.execute(select(func.max(ingested_files.c.file_id))).scalar_one()
    return int(newest or 0)


def first_ingested_at(connection: Connection) -> datetime | None:
    """When the first accepted file was ingested; None when there is none."""
    wanted = select(ingested_files.c.ingested_at).order_by(ingested_files.c.file_id).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def watermark(connection: Connection, step: str) -> int:
    """The newest accepted file that the step has seen; 0 before its first run."""
    columns = post_processing_steps.c
    wanted = select(columns.file_id).where(columns.step == step)
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def set_watermark(connection: Connection, step: str, file_id: int) -> None:
    """Record that the step has seen everything up to this file."""
    columns = post_processing_steps.c
    seen = connection.execute(
        select(columns.file_id).where(columns.step == step)
    ).scalar_one_or_none()
    if seen is None:
        connection.execute(insert(post_processing_steps).values(step=step, file_id=file_id))
    elif seen != file_id:
        connection.execute(
            update(post_processing_steps).where(columns.step == step).values(file_id=file_id)
        )


def last_merge_id(connection: Connection) -> int:
    """The newest merge or split of products; 0 when there is none."""
    newest = connection.execute(select(func.max(product_merges.c.merge_id))).scalar_one()
    return int(newest or 0)


def seen_merge_id(connection: Connection, step: str) -> int:
    """The newest merge or split that the step has seen; 0 before its first run."""
    columns = post_processing_steps.c
    wanted = select(columns.merge_id).where(columns.step == step)
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def set_seen_merge_id(connection: Connection, step: str, merge_id: int) -> None:
    """Record that the step has seen all merges up to this one."""
    if seen_merge_id(connection, step) == merge_id:
        return
    if watermark(connection, step) == 0:  # maybe it has no row yet
        set_watermark(connection, step, 0)
    columns = post_processing_steps.c
    connection.execute(
        update(post_processing_steps).where(columns.step == step).values(merge_id=merge_id)
    )
