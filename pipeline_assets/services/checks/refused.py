"""The check that no refused file is left unattended: the next good file does not turn it green."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS
from pipeline_assets.catalogue.refusals import refused_since
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.domain.files.refusals import StandingRefusal, standing_refusals
from pipeline_assets.reporting.escaping import in_code
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import NOTHING_WRONG, Verdict, counted
from pipeline_assets.services.files.refusals import places_of
from pipeline_assets.services.operators.remedies import remedy

# So many are named in the sentence, if they have room where it is stored; the table has the others.
_NAMED = 5
_ROOM = 3_000
_MAX_SHOWN_STORE = 40


def refused_files_stand(context: CheckContext) -> Verdict:
    """No file refused within the window lies in quarantine unless someone has acknowledged it.

    The work follows the number of files refused within the window.
    """
    pipeline = context.pipeline
    window = timedelta(seconds=pipeline.settings.refused_window_s)
    since = context.now - window
    refusals = refused_since(context.connection, since)
    standing = standing_refusals(refusals, places_of(pipeline, refusals), since)
    return Verdict(
        passed=not standing,
        summary=_summary(standing, window),
        figures={"refused": len(standing), "window": _shown(window)},
        columns=(
            "file",
            "inbox",
            "company",
            "store",
            "reason",
            "refused_utc",
            "age_hours",
            "remedy",
            "message",
        ),
        rows=[_row(one, context.now) for one in standing[:MOST_OFFENDERS]],
        total=len(standing),
        cause=_cause(standing),
    )


def _summary(standing: Sequence[StandingRefusal], window: timedelta) -> str:
    if not standing:
        return f"No file refused in the last {_shown(window)} is left in quarantine unattended."
    named = _sentences(standing)
    more = f"; and {len(standing) - len(named):,} more" if len(standing) > len(named) else ""
    return (
        f"{counted(len(standing), 'file')} refused in the last {_shown(window)}: "
        f"{'; '.join(named)}{more}. "
        "For each, remove the cause and run the command next to it, or leave it there and run "
        "`pipeline-assets requeue --acknowledge FILE` (`--all`: for all of them)."
    )


def _shown(window: timedelta) -> str:
    return f"{window / timedelta(hours=1):,.4g} h"


def _sentences(standing: Sequence[StandingRefusal]) -> list[str]:
    """The newest ones. The whole is not cut later: half a code span would be live Markdown."""
    named: list[str] = []
    for one in standing[:_NAMED]:
        sentence = _sentence(one)
        if named and len(json.dumps([*named, sentence])) > _ROOM:
            break
        named.append(sentence)
    return named


def _sentence(one: StandingRefusal) -> str:
    refusal = one.refusal
    store = f"{refusal.company} {refusal.store_id or ''}".strip()[:_MAX_SHOWN_STORE]
    of_store = f" of {in_code(store)}" if refusal.company else ""
    return f"{in_code(refusal.name)}{of_store} as {refusal.reason}, {in_code(_command(one))}"


def _command(one: StandingRefusal) -> str:
    help_ = remedy(Event.QUARANTINED, one.refusal.reason, one.refusal.inbox, one.place)
    assert help_ is not None
    return help_.command


def _row(one: StandingRefusal, now: datetime) -> tuple[object, ...]:
    refusal = one.refusal
    return (
        refusal.name,
        refusal.inbox,
        refusal.company or "",
        refusal.store_id or "",
        refusal.reason,
        refusal.refused_at.isoformat(" ", "seconds"),
        round((now - refusal.refused_at) / timedelta(hours=1), 1),
        _command(one),
        refusal.message,
    )


def _cause(standing: Sequence[StandingRefusal]) -> str:
    """The same for another file refused for the same reason: a hundred at once are one alert."""
    kinds = {(one.refusal.inbox, one.refusal.company, one.refusal.reason) for one in standing}
    return cause_of(kinds) if kinds else NOTHING_WRONG


REFUSED_FILES = Check(
    "refused_files",
    "processed_products",
    "No refused file is left in quarantine without someone having requeued or acknowledged it.",
    refused_files_stand,
)
