"""What every command uses: the environment's pipeline, Dagster's instance, JSON.

Dagster is imported where it is needed, so that `--help` is quick.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import bar, terminal
from pipeline_assets.environment import (
    settings_in_force,
    unknown_variables,
    unknown_variables_in_words,
)
from pipeline_assets.errors import FilesUnavailableError, UnavailableError
from pipeline_assets.services.files.run_records import NoRuns, RunRecords, RunsOnDemand
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings, enter_dagster_home

if TYPE_CHECKING:
    import dagster as dg

    from pipeline_assets.inbox.folders import Inbox

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for scripts.")]


def read_settings() -> Settings:
    """The environment's settings; raises `UsageError` for an invalid one.

    Variables that are no settings are warned of, once.
    """
    settings = settings_in_force()
    _warn_of_unknown_variables()
    return settings


@cache
def _warn_of_unknown_variables() -> None:
    unknown = unknown_variables()
    if unknown:
        terminal.show_warning(unknown_variables_in_words(unknown))


def find_pipeline() -> Pipeline:
    """The environment's pipeline as it is: nothing is created or migrated.

    Raises `UsageError` for a setting that cannot be used.
    """
    return Pipeline(read_settings()).check()


@contextmanager
def pipeline_to_look_at() -> Iterator[Pipeline]:
    """The pipeline as it is; the working files that SQLite needs for a look are gone afterwards."""
    pipeline = find_pipeline()
    stopping.check()
    try:
        yield pipeline
    finally:
        pipeline.engine.dispose()


def open_pipeline(*, waits: bool = False) -> Pipeline:
    """The environment's pipeline, ready for work.

    `waits`: wait, with a message, while the database cannot be reached; otherwise that is an error.
    """
    pipeline = find_pipeline()
    settings = pipeline.settings
    while True:
        stopping.check()
        try:
            return pipeline.prepare()
        except UnavailableError as error:
            if not (waits and error.is_transient):
                raise
            bar.errors.print(f"{error} Next try in {settings.retry_wait_s:g} s.", markup=False)
            stopping.sleep(settings.retry_wait_s)


@contextmanager
def dagster_instance() -> "Iterator[dg.DagsterInstance]":
    """The Dagster instance that the UI shows; a `dagster.yaml` of an older version is named."""
    from pipeline_assets.orchestration.instance import open_instance, storage_warning

    with open_instance() as instance:
        outdated = storage_warning(instance)
        if outdated is not None:
            terminal.show_warning(outdated)
        yield instance


@contextmanager
def runs_by_inbox() -> "Iterator[Callable[[Inbox], RunRecords]]":
    """The runs of each inbox's job; this never creates Dagster's storage.

    Dagster is imported and its storage opened when runs are asked for, or when there may be
    something wrong with the storage: that is an error then, as it would be at work.
    """
    from pipeline_assets.orchestration.storage_glance import is_certainly_in_order

    home = enter_dagster_home()
    with ExitStack() as opened:
        find = cache(partial(_find_runs, opened))
        if not is_certainly_in_order(home):
            find()
        yield lambda inbox: RunsOnDemand(lambda: find()(inbox))


def _find_runs(opened: ExitStack) -> "Callable[[Inbox], RunRecords]":
    from pipeline_assets.orchestration.instance import instance_to_look_at
    from pipeline_assets.orchestration.run_records import runs_of_inbox

    instance = opened.enter_context(instance_to_look_at())
    return (lambda _: NoRuns()) if instance is None else partial(runs_of_inbox, instance)


def definitions_here() -> "dg.Definitions":
    """The whole graph for runs in this process: the very one that Dagster's servers load.

    Its jobs would differ from theirs if a resource had other defaults, and the UI would warn that
    a run cannot be run again as it was.
    """
    from pipeline_assets.definitions import defs

    return defs


def files_left() -> dict[str, int | None]:
    """How many files are in each inbox, None where nobody can say; this needs no database."""
    pipeline = find_pipeline()
    left: dict[str, int | None] = {inbox.name: None for inbox in pipeline.inboxes}
    with suppress(FilesUnavailableError):  # at the first one: each may take as long as a time-out
        for inbox in pipeline.inboxes:
            try:
                left[inbox.name] = len(pipeline.files.look(inbox.folder).files)
            except FileNotFoundError:
                left[inbox.name] = 0
    return left


def print_json(value: dict[str, Any], left: Mapping[str, int | None] | None = None) -> None:
    """One JSON object on stdout, and nothing else.

    If a signal asked the command to stop, the object names it in `interrupted`, and what is `left`.
    """
    number = stopping.requested()
    if number is not None:
        left = files_left() if left is None else left
        value = value | {"interrupted": signal.Signals(number).name, "files_left": left}
    print(json.dumps(value, ensure_ascii=False, default=str))


def shown_path(path: PurePath) -> str:
    """A path as a person at the terminal would write it."""
    if not isinstance(path, Path):
        return str(path)
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)
