"""Enriches one file of the barcode enrichment inbox: looks up missing barcodes, row by row.

Known barcodes come from the catalogue, the others from product pages; each page's answer is saved
as it arrives. Then the enriched file is written under a hidden name, recorded, and moved into place
in one step. Only after that does the source leave its inbox. After a crash, nothing that was done
is done again.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts, enrichment
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.domain.enrichment.rows import (
    SERVED,
    Answer,
    Wanted,
    enriched_lines,
    wanted_rows,
)
from pipeline_assets.domain.files.attempts import Event, is_forced
from pipeline_assets.domain.retailers import retailer_of
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.rows import decode, header_of, is_row
from pipeline_assets.errors import RefusedFileError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX
from pipeline_assets.inbox.reading import ReadFile
from pipeline_assets.services.enrichment.claims import begin_alone
from pipeline_assets.services.enrichment.progress import Figures, Progress, Silent, Watcher
from pipeline_assets.services.files.attempt import FileAttempt, attempt_file
from pipeline_assets.services.files.delivery import make_aside, place_delivery
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.pipeline import Pipeline


def enrich_file(
    pipeline: Pipeline,
    name: str,
    run_id: str | None = None,
    watcher: Watcher | None = None,
) -> FileOutcome:
    """Process the enrichment inbox's file `name` to the end.

    Raises what `attempt_file` raises, and `EnrichmentBusyError` while another file is in progress.
    """
    return attempt_file(
        pipeline,
        pipeline.barcode_enrichment_inbox,
        name,
        run_id,
        begin=partial(begin_alone, pipeline, run_id),
        take=lambda attempt, read: _Enrichment(attempt, watcher or Silent()).take(read),
    )


class _Enrichment:
    """One attempt on one file."""

    def __init__(self, attempt: FileAttempt, watcher: Watcher) -> None:
        self._pipeline = attempt.pipeline
        self._folders = attempt.pipeline.folders
        self._path = attempt.path
        self._attempt_id = attempt.attempt_id
        self._run_id = attempt.run_id
        self._watcher = watcher

    def take(self, read: ReadFile) -> FileOutcome:
        """Look up missing barcodes, deliver the enriched file, archive its source."""
        if read.lines is None:
            raise read.problem or AssertionError("a file without lines has its problem")
        delivery = self._unfinished(read)
        if delivery is not None:
            place = self._finish(read, delivery)
            return FileOutcome(self._path.name, State.ARCHIVED, place)
        zone = self._pipeline.settings.zone
        header = header_of((decode(line) for line in read.lines if is_row(line)), zone)
        answers, figures = self._look_up(read.digest, read.lines, header)
        mark = retailer_of(header.company).no_barcode_key
        delivery, files = self._record(
            read, enriched_lines(read.lines, answers, mark), header, figures
        )
        place = self._finish(read, delivery)
        return FileOutcome(
            self._path.name,
            State.ARCHIVED,
            place,
            header=header,
            counts=figures.as_counts(),
            table_rows={"enriched_files": files},
            delivered_to=delivery.delivered_path,
        )

    def _unfinished(self, read: ReadFile) -> Delivery | None:
        """The delivery from these bytes that was not finished.

        Raises `RefusedFileError` (`duplicate`) where one was, unless an operator forces another.
        """
        with reading(self._pipeline.engine) as connection:
            delivery = enrichment.delivery_of(connection, read.digest)
            forced = is_forced(
                attempts.of_digest(connection, BARCODE_ENRICHMENT_INBOX, read.digest)
            )
        if delivery is None or delivery.moved_at is None:
            return delivery
        if forced:
            return None
        raise RefusedFileError(
            "duplicate",
            f"The same bytes were enriched before, as {delivery.source_path}; they are in "
            f"{delivery.archive_path}, and were delivered as {delivery.delivered_path}. There is "
            "nothing to do. To have its missing barcodes looked up again, run "
            f"`pipeline-assets requeue --force {self._path.name}`.",
        )

    def _look_up(
        self, digest: str, lines: Sequence[bytes], header: Header
    ) -> tuple[dict[int, Answer], Figures]:
        """Answers for the rows without a barcode, by line: from the catalogue, then from pages."""
        wanted = wanted_rows(lines)
        none_since = self._pipeline.clock() - timedelta(
            days=self._pipeline.settings.no_barcode_days
        )
        with writing(self._pipeline.engine) as connection:
            enrichment.forget_unasked(connection, digest)
        with reading(self._pipeline.engine) as connection:
            so_far = enrichment.answers_so_far(connection, digest)
            skus = {row.sku for row in wanted}
            known = enrichment.known_answers(connection, header.company, skus, none_since)
        rows_read = sum(map(is_row, lines))
        progress = Progress(self._pipeline, digest, self._watcher, rows_read)
        left = progress.begin(wanted, so_far, known)
        if left:
            self._ask(header, left, progress, wanted, so_far)
        return progress.answers, progress.figures

    def _ask(
        self,
        header: Header,
        left: Sequence[Wanted],
        progress: Progress,
        wanted: Sequence[Wanted],
        so_far: Mapping[int, Answer],
    ) -> None:
        # Imported here: runs that request no page, such as the other inbox's, need no HTTP client.
        from pipeline_assets.enrichment.looking_up import LookUp
        from pipeline_assets.services.enrichment.wiring import page_fetcher, patience, sessions_for

        settings = self._pipeline.settings
        with page_fetcher(settings) as fetcher:
            progress.counts_requests_of(fetcher)
            sessions = sessions_for(settings, header)
            clock = self._pipeline.clock
            looking_up = LookUp(
                fetcher, sessions, patience(settings), progress, clock, stopping.sleep
            )
            looking_up.run(left, _served_before(wanted, so_far), some_asked=bool(so_far))

    def _record(
        self, read: ReadFile, lines: Sequence[bytes], header: Header, figures: Figures
    ) -> tuple[Delivery, int]:
        """Write the enriched file under a hidden name and record that it is about to appear.

        Returns this delivery, and how many there are now.
        """
        target = self._folders.archive / filing.filed_name(read.digest, self._path.name)
        delivery = Delivery(
            digest=read.digest,
            source_path=self._folders.relative(self._path),
            delivered_path=make_aside(self._pipeline, read.digest, self._path.name, lines),
            archive_path=self._folders.relative(target),
            moved_at=None,
        )
        more = {
            "company": header.company,
            "store_id": header.store_id,
            "run_id": self._run_id,
            "delivered_at": self._pipeline.clock(),
        }
        with writing(self._pipeline.engine) as connection:
            enrichment.add_delivery(connection, delivery, figures.as_columns() | more)
            attempts.use_waiver(connection, BARCODE_ENRICHMENT_INBOX, read.digest)
            files = enrichment.number_of_deliveries(connection)
        return delivery, files

    def _finish(self, read: ReadFile, delivery: Delivery) -> str:
        """Deliver the enriched file, archive its source, record both; returns its new path."""
        with reading(self._pipeline.engine) as connection:
            place_delivery(connection, self._pipeline, delivery)
        target = self._folders.files / delivery.archive_path
        moved = self._pipeline.files.move(self._path, read.file, target)
        place = self._folders.relative(moved or target)
        now = self._pipeline.clock()
        with stopping.finishing(), writing(self._pipeline.engine) as connection:
            enrichment.close_delivery(connection, read.digest, place, now)
            attempts.end(connection, self._attempt_id, Event.ACCEPTED, now, digest=read.digest)
        return place


def _served_before(wanted: Sequence[Wanted], so_far: Mapping[int, Answer]) -> Wanted | None:
    """A row whose page an earlier run received: it shows whether a session still works."""
    served = (row for row in wanted if row.line in so_far and so_far[row.line].outcome in SERVED)
    return next(served, None)
