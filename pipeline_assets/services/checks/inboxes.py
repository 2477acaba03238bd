"""Checks on the inboxes: no file waits for too long, none is halted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.domain.files.recovery import plan_recovery
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX, Inbox
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import (
    NOTHING_WRONG,
    Verdict,
    counted,
)
from pipeline_assets.services.files.recovery import read_record, recovery_rules

WAITING_FILES, HALTED_FILES = "waiting_files", "halted_files"


@dataclass(frozen=True, slots=True)
class _Standing:
    """Since when each file waits that nothing is being done about, and why others are halted."""

    waiting: Mapping[str, datetime]
    halted: Mapping[str, str]


def _standing(context: CheckContext, inbox: Inbox) -> _Standing:
    """Look at an inbox without opening a file."""
    files = context.pipeline.files.look(inbox.folder).files
    runs = context.runs(inbox)
    active = runs.active()
    ended_badly = runs.ended_badly({file.fingerprint for file in files})
    record = read_record(context.connection, inbox, files, active, ended_badly)
    plan = plan_recovery(record, recovery_rules(context.pipeline, inbox), context.now)
    # A file that was sent back or failed waits from then on, not since it came.
    since = {file.name: _moment(file.ctime_ns) for file in files}
    for attempt in record.attempts:
        if attempt.name in since:
            last = attempt.ended_at or attempt.started_at
            since[attempt.name] = max(since[attempt.name], last)
    idle = since.keys() - plan.in_flight
    return _Standing(
        {name: since[name] for name in sorted(idle - plan.halted.keys())},
        {name: why for name, why in sorted(plan.halted.items()) if name in idle},
    )


def _moment(ctime_ns: int) -> datetime:
    return datetime.fromtimestamp(ctime_ns / 1e9, UTC).replace(tzinfo=None)


def _waiting_files(context: CheckContext, inbox: Inbox, longest_s: float) -> Verdict:
    waiting = _standing(context, inbox).waiting
    limit = context.now - timedelta(seconds=longest_s)
    late = sorted((since, name) for name, since in waiting.items() if since < limit)
    rows = [
        (name, round((context.now - since).total_seconds() / 60), since.isoformat(" ", "minutes"))
        for since, name in late[:MOST_OFFENDERS]
    ]
    right = f"No file in {inbox.name}/ waits for more than {longest_s / 60:g} minutes."
    wrong = (
        f"{counted(len(late), 'file')} in {inbox.name}/ waiting for more than "
        f"{longest_s / 60:g} minutes. See that the daemon and the inbox's sensor are running "
        "(`make dev`), or run `pipeline-assets drain`; `pipeline-assets status` shows what they "
        "wait for."
    )
    return Verdict(
        passed=not late,
        summary=wrong if late else right,
        figures={"waiting": len(waiting), "too_long": len(late)},
        columns=("file", "minutes", "since_utc"),
        rows=rows,
        total=len(late),
        # The files that wait change with each one that is taken; what is wrong does not.
        cause=f"files wait in {inbox.name}" if late else NOTHING_WRONG,
    )


def _halted_files(context: CheckContext, inbox: Inbox) -> Verdict:
    halted = _standing(context, inbox).halted
    wrong = (
        f"{counted(len(halted), 'file')} in {inbox.name}/ halted. Remove the cause that the table "
        "names, then run `pipeline-assets requeue FILE` or `requeue --all-halted`."
    )
    return Verdict(
        passed=not halted,
        summary=wrong if halted else f"No file in {inbox.name}/ is halted.",
        figures={"halted": len(halted)},
        columns=("file", "reason"),
        rows=list(halted.items())[:MOST_OFFENDERS],
        total=len(halted),
        cause=cause_of(halted) if halted else NOTHING_WRONG,
    )


def waiting_products(context: CheckContext) -> Verdict:
    """No file waits in the product inbox for too long."""
    settings, inbox = context.pipeline.settings, context.pipeline.product_inbox
    return _waiting_files(context, inbox, settings.check_max_waiting_s)


def waiting_enrichments(context: CheckContext) -> Verdict:
    """No file waits in the enrichment inbox for too long: there, one alone may take hours."""
    settings, inbox = context.pipeline.settings, context.pipeline.barcode_enrichment_inbox
    return _waiting_files(context, inbox, settings.check_max_enrichment_waiting_s)


def halted_products(context: CheckContext) -> Verdict:
    """No file in the product inbox is halted."""
    return _halted_files(context, context.pipeline.product_inbox)


def halted_enrichments(context: CheckContext) -> Verdict:
    """No file in the enrichment inbox is halted."""
    return _halted_files(context, context.pipeline.barcode_enrichment_inbox)


INBOX_CHECKS = (
    Check(
        WAITING_FILES,
        PRODUCT_INBOX,
        "No file waits in the product inbox for longer than it should.",
        waiting_products,
    ),
    Check(HALTED_FILES, PRODUCT_INBOX, "No file in the product inbox is halted.", halted_products),
    Check(
        WAITING_FILES,
        BARCODE_ENRICHMENT_INBOX,
        "No file waits in the enrichment inbox for longer than it should.",
        waiting_enrichments,
    ),
    Check(
        HALTED_FILES,
        BARCODE_ENRICHMENT_INBOX,
        "No file in the enrichment inbox is halted.",
        halted_enrichments,
    ),
)
