"""What a check is, and what it is given to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.files.run_records import RunRecords
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions


class Severity(StrEnum):
    """`ERROR` only where going on would spread the damage."""

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check works with: one view of the catalogue, and the runs of each inbox's job.

    `options` are those of the run of post-processing that the check belongs to.
    """

    connection: Connection
    pipeline: Pipeline
    runs: Callable[[Inbox], RunRecords]
    now: datetime
    options: PostProcessingOptions


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, the asset that it speaks of, what it is for, what it does.

    `state` is for one that looks at many rows which seldom change: a text that is the same while
    they are, so that the last verdict still holds.

    One that `is_blocking` keeps the assets after its own from being made when it fails.
    """

    name: str
    asset: str
    description: str
    work: Callable[[CheckContext], Verdict]
    severity: Severity = Severity.WARN
    is_blocking: bool = False
    state: Callable[[CheckContext], str] | None = None
