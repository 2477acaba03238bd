"""What is waiting in an inbox, and what can be done with it now. It only reads.

The folder and the record of attempts are the truth; Dagster's runs show what is in flight. What has
not been recorded yet (a process that died, a file whose runs died too often) is included all the
same; `recovery` records it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.domain.files.recovery import plan_recovery
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.ordering import takeable
from pipeline_assets.inbox.peeking import Peeked, Peeks
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles, look
from pipeline_assets.services.files.recovery import (
    RunRecords,
    read_record,
    recover,
    recovery_rules,
)
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Survey:
    """An inbox at one moment; every entry of the folder is in exactly one of these.

    `takeable` is in processing order; `waiting` files come after another one of their store, or
    wait until the `unread` ones, which are still to be looked into, are known; `halted` and
    `others` give the reason by name.
    """

    takeable: Sequence[Peeked] = ()
    waiting: Sequence[Peeked] = ()
    unread: Sequence[InboxFile] = ()
    unsettled: Sequence[InboxFile] = ()
    in_flight: Sequence[InboxFile] = ()
    halted: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def recovered_survey(
    pipeline: Pipeline,
    runs: RunRecords,
    settled_files: SettledFiles,
    inbox: Inbox,
    budget: int | None = None,
) -> Survey:
    """Recover, then look: the first step of everything that processes files."""
    recover(pipeline, runs, inbox)
    return survey(pipeline, runs, settled_files, inbox, budget)


def survey(
    pipeline: Pipeline,
    runs: RunRecords,
    settled_files: SettledFiles,
    inbox: Inbox,
    budget: int | None = None,
) -> Survey:
    """Look at an inbox; `runs` are those of its job, `settled_files` remembers earlier looks.

    `budget`: no further file is looked into once this many bytes were read; None for all files.
    """
    now = pipeline.clock()
    found = look(inbox.folder)
    settled, unsettled = settled_files.split(found, _seconds(now))
    active = runs.active()
    ended_badly = runs.ended_badly({file.fingerprint for file in found.files})
    with reading(pipeline.engine) as connection:
        record = read_record(connection, inbox, found.files, active, ended_badly)
    plan = plan_recovery(record, recovery_rules(pipeline, inbox), now)
    halted = {name: why for name, why in plan.halted.items() if name not in plan.in_flight}
    set_aside = plan.in_flight | halted.keys()
    peeks = Peeks(inbox.folder, pipeline.settings.zone, pipeline.read_limits, budget)
    peeks.forget_all_but(found.files)
    free = peeks.into(file for file in settled if file.name not in set_aside)
    flying = [file for file in found.files if file.name in plan.in_flight]
    chosen = takeable(
        free,
        peeks.into(file for file in unsettled if file.name not in halted),
        peeks.into(flying),
        peeks.digest,
    )
    return Survey(
        takeable=chosen,
        waiting=[one for one in free if one not in chosen and not one.is_unread],
        unread=[one.file for one in free if one.is_unread],
        unsettled=[file for file in unsettled if file.name not in set_aside],
        in_flight=flying,
        halted=halted,
        others=found.others,
    )


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()
