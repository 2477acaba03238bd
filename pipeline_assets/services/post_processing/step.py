"""What a step of post-processing is, and what it is given to work with."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline_assets.catalogue.neighbourhood import has_changed_since
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step works with, inside its transaction.

    `seen_file_id` is its watermark: the newest accepted file that it has seen, after the steps
    before it had; 0 before its first run and for a step that keeps none. `newest_file_id` is the
    newest accepted file; no other can be accepted while the step is running.
    """

    connection: Connection
    pipeline: Pipeline
    options: PostProcessingOptions
    seen_file_id: int
    newest_file_id: int

    def has_news(self) -> bool:
        """Whether there is a file or a decision that this step, or one before it, has not seen."""
        return self.seen_file_id != self.newest_file_id or has_changed_since(
            self.connection, self.seen_file_id
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the name of its asset, what it is for, and what it does.

    `table`: the one whose rows are its result, if it is in the catalogue.

    `keeps_watermark`: when it succeeds, the newest file is recorded that it and all steps before it
    have seen, and post-processing is due while there is a newer one.
    """

    name: str
    description: str
    work: Callable[[StepContext], StepReport]
    table: str | None = None
    keeps_watermark: bool = False
