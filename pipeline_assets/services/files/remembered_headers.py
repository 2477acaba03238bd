"""What peeking found in the objects of an inbox, kept in the catalogue from process to process.

Files in folders are read anew by each process, as that costs no request.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.inbox_headers import (
    KeptHeader,
    forget_headers,
    keep_headers,
    kept_headers,
    names_of_headers,
)
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.peeking import Peeked, Peeks
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.pipeline import Pipeline

# The inboxes of which this process has removed what was left of files that are gone.
_TIDIED: set[tuple[str, str]] = set()


def recall(
    pipeline: Pipeline,
    connection: Connection,
    inbox: Inbox,
    peeks: Peeks,
    files: Sequence[InboxFile],
) -> None:
    """Let `peeks` know what the catalogue knows of these files."""
    unknown = peeks.unknown(files) if pipeline.files.is_remote else []
    if not unknown:
        return
    names = {file.name for file in unknown}
    kept = {one.name: one for one in kept_headers(connection, inbox.name, names)}
    found = ((file, kept.get(file.name)) for file in unknown)
    peeks.learn(
        {
            file: _peeked(file, header)
            for file, header in found
            if header is not None and header.fingerprint == file.fingerprint
        }
    )


def remember(pipeline: Pipeline, inbox: Inbox, peeks: Peeks) -> None:
    """Keep what a look has found, and forget what it no longer saw."""
    if not pipeline.files.is_remote:
        return
    news = [_header(peeked) for peeked in peeks.found.values()]
    there = {file.name for file in peeks.there}
    names = {file.name for file in peeks.gone} - there
    key = (pipeline.settings.database_url, str(inbox.folder))
    if key not in _TIDIED:
        with reading(pipeline.engine) as connection:
            names |= names_of_headers(connection, inbox.name) - there
        _TIDIED.add(key)
    if news or names:
        with writing(pipeline.engine) as connection:
            forget_headers(connection, inbox.name, names)
            keep_headers(connection, inbox.name, news)


def _peeked(file: InboxFile, header: KeptHeader) -> Peeked:
    company, store_id = header.company, header.store_id
    store = None if company is None or store_id is None else (company, store_id)
    return Peeked(file, store, header.scraped_at)


def _header(peeked: Peeked) -> KeptHeader:
    company, store_id = peeked.store or (None, None)
    file = peeked.file
    return KeptHeader(file.name, file.fingerprint, company, store_id, peeked.scraped_at)
