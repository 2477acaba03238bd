"""What is waiting in an inbox, and what can be done with it now. It only reads.

The folder and the record of attempts are the truth; Dagster's runs show what is in flight. What has
not been recorded yet (a process that died, a file whose runs died too often) is included all the
same; `recovery` records it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.unfinished_restore import unfinished_restore
from pipeline_assets.domain.files.recovery import plan_recovery
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.ordering import takeable
from pipeline_assets.inbox.peeking import Peeked, Peeks, Remote
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles
from pipeline_assets.services.files.recovery import (
    read_record,
    recover,
    recovery_rules,
)
from pipeline_assets.services.files.remembered_headers import recall, remember
from pipeline_assets.services.files.run_records import RunRecords
from pipeline_assets.services.pipeline import Pipeline

_RESTORING = (
    "The catalogue was restored, and the files that were accepted since the backup are not all "
    "back in the inbox: run `pipeline-assets restore --send-back`. Until then, no file is taken."
)


@dataclass(frozen=True, slots=True)
class Survey:
    """An inbox at one moment; every entry of the folder is in exactly one of these.

    `takeable` is in processing order; `waiting` files come after another one of their store, or
    wait until the `unread` ones, which are still to be looked into, are known; `halted` and
    `others` give the reason by name. `on_hold` says why no file at all may be taken now.
    """

    takeable: Sequence[Peeked] = ()
    waiting: Sequence[Peeked] = ()
    unread: Sequence[InboxFile] = ()
    unsettled: Sequence[InboxFile] = ()
    in_flight: Sequence[InboxFile] = ()
    halted: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    on_hold: str | None = None


def recovered_survey(
    pipeline: Pipeline,
    runs: RunRecords,
    settled_files: SettledFiles,
    inbox: Inbox,
    budget: int | None = None,
) -> Survey:
    """Recover, then look: the first step of everything that processes files.

    What is found in an object store is kept in the catalogue.
    """
    recover(pipeline, runs, inbox)
    found, peeks = _survey(pipeline, runs, settled_files, inbox, budget)
    remember(pipeline, inbox, peeks)
    return found


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
    return _survey(pipeline, runs, settled_files, inbox, budget)[0]


def _survey(
    pipeline: Pipeline,
    runs: RunRecords,
    settled_files: SettledFiles,
    inbox: Inbox,
    budget: int | None,
) -> tuple[Survey, Peeks]:
    now = pipeline.clock()
    found = pipeline.files.look(inbox.folder)
    settled, unsettled = settled_files.split(found, _seconds(now))
    # Without files there is nothing to ask, and the answer can cost an import of Dagster.
    active = runs.active() if found.files else ()
    versions = {file.fingerprint for file in found.files}
    ended_badly = runs.ended_badly(versions) if versions else ()
    peeks = _peeks(pipeline, inbox, budget)
    peeks.forget_all_but(found.files)
    with reading(pipeline.engine) as connection:
        record = read_record(connection, inbox, found.files, active, ended_badly)
        restoring = unfinished_restore(connection)
        recall(pipeline, connection, inbox, peeks, found.files)
    plan = plan_recovery(record, recovery_rules(pipeline, inbox), now)
    halted = {name: why for name, why in plan.halted.items() if name not in plan.in_flight}
    set_aside = plan.in_flight | halted.keys()
    free = peeks.into(file for file in settled if file.name not in set_aside)
    flying = [file for file in found.files if file.name in plan.in_flight]
    chosen = (
        []
        if restoring is not None
        else takeable(
            free,
            peeks.into(file for file in unsettled if file.name not in halted),
            peeks.into(flying),
            peeks.digest,
        )
    )
    names = {one.file.name for one in chosen}
    looked = Survey(
        takeable=chosen,
        waiting=[one for one in free if one.file.name not in names and not one.is_unread],
        unread=[one.file for one in free if one.is_unread],
        unsettled=[file for file in unsettled if file.name not in set_aside],
        in_flight=flying,
        halted=halted,
        others=found.others,
        on_hold=None if restoring is None else _RESTORING,
    )
    return looked, peeks


def _peeks(pipeline: Pipeline, inbox: Inbox, budget: int | None) -> Peeks:
    """A look into the inbox's files; one without a `budget` reads as many objects as there are."""
    most = None if budget is None else pipeline.settings.max_peek_objects
    remote = Remote(pipeline.files.opened, most) if pipeline.files.is_remote else None
    return Peeks(inbox.folder, pipeline.settings.zone, pipeline.read_limits, budget, remote)


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()
