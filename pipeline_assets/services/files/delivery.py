"""Delivers an enriched file to the product inbox: under a hidden name first, then in one move.

The unfinished file is in the product inbox itself, under a hidden name, so a rename is enough to
deliver it. As long as the hidden file is there, it has not been delivered: that is how a restart
knows.
"""

import gzip
import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.services.pipeline import Pipeline

_TAKEN = (Event.ACCEPTED, Event.QUARANTINED)


def make_aside(pipeline: Pipeline, digest: str, name: str, lines: Sequence[bytes]) -> str:
    """Write the complete enriched file to disk under a hidden name, which is not processed.

    Returns its final path below the data folder: its source's name, or a free one like it.
    """
    content = b"\n".join(lines)
    content = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    folders, files = pipeline.folders, pipeline.files
    files.write_bytes(folders.unfinished_delivery(digest), content)
    return folders.relative(files.unused_place(folders.product_inbox / name))


def place_delivery(connection: Connection, pipeline: Pipeline, delivery: Delivery) -> None:
    """Move the enriched file into the product inbox, unless that was already done.

    An object store has no rename: a crash can leave the hidden object though its copy was delivered
    and, by now, has been taken out of the inbox. Then the record of attempts knows its digest.
    """
    folders, files = pipeline.folders, pipeline.files
    unfinished = folders.unfinished_delivery(delivery.digest)
    if not files.is_there(unfinished):
        return
    if files.is_remote and _was_taken(connection, delivery, files.read_bytes(unfinished)):
        files.remove(unfinished)
        return
    files.appear(unfinished, folders.files / delivery.delivered_path)


def _was_taken(connection: Connection, delivery: Delivery, content: bytes) -> bool:
    """Whether a file with this content has been accepted or refused."""
    is_packed = delivery.delivered_path.endswith(".gz")
    digest = hashlib.sha256(gzip.decompress(content) if is_packed else content).hexdigest()
    return any(
        attempt.outcome in _TAKEN
        for attempt in attempts.of_digest(connection, PRODUCT_INBOX, digest)
    )
