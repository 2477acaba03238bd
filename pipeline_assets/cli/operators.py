"""`prepare`, `requeue`, `decide`, `sample`: what operators set up and decide."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

import typer

from pipeline_assets import stopping
from pipeline_assets.cli import terminal
from pipeline_assets.cli.common import (
    Json,
    dagster_instance,
    find_pipeline,
    open_pipeline,
    print_json,
    runs_by_inbox,
    shown_path,
)
from pipeline_assets.errors import UsageError


def prepare(as_json: Json = False) -> None:
    """Create the folders, the catalogue and Dagster's storage, or bring them up to date.

    Commands that process files do this automatically; `status` does not.
    """
    pipeline = open_pipeline()
    with dagster_instance():
        pass
    if as_json:
        print_json({"data_dir": str(pipeline.folders.data)})
    else:
        terminal.say(f"{shown_path(pipeline.folders.data)} and its catalogue are ready.")


def requeue(
    file: Annotated[
        str | None,
        typer.Argument(help="Name of a halted file, or name or path of a refused or enriched one."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            help="Once: accept this snapshot if it is partial, or enrich this file again."
        ),
    ] = False,
    all_halted: Annotated[bool, typer.Option(help="Requeue every halted file.")] = False,
    acknowledge: Annotated[
        bool,
        typer.Option(
            help="Leave a refused file in quarantine, and say that nothing more needs to be done."
        ),
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="With --acknowledge: every refused file.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give a halted file another try, or send a refused or enriched one back to its inbox.

    With --acknowledge, a refused file stays where it is, and no check fails because of it any more.
    """
    if acknowledge:
        if force or all_halted or (file is None) != everything:
            raise UsageError("With --acknowledge, name one FILE or use --all, and nothing else.")
        _acknowledge(file, as_json=as_json)
        return
    if everything:
        raise UsageError("--all needs --acknowledge; to requeue halted files, use --all-halted.")
    if (file is None) != all_halted:
        raise UsageError("Name one FILE, or use --all-halted.")
    _requeue(file, force=force, as_json=as_json)


def _acknowledge(file: str | None, *, as_json: bool) -> None:
    """Acknowledge one refused file, or all of them."""
    from pipeline_assets.services.operators.acknowledge import acknowledge_all, acknowledge_file

    pipeline = open_pipeline()
    done = acknowledge_all(pipeline) if file is None else [acknowledge_file(pipeline, file)]
    if as_json:
        print_json({"acknowledged": [asdict(one) for one in done]})
        return
    for one in done:
        said = "is acknowledged and stays there" if one.is_new else "needed nothing more before"
        terminal.say(f"{one.place} {said}")
    if not done:
        terminal.say("There is no refused file to acknowledge.")


def _requeue(file: str | None, *, force: bool, as_json: bool) -> None:
    """Requeue one file, or all that are halted."""
    from pipeline_assets.services.files.recovery import recover
    from pipeline_assets.services.operators.requeue import requeue as requeue_file
    from pipeline_assets.services.operators.requeue import requeue_all_halted

    pipeline = open_pipeline()
    with runs_by_inbox() as runs:  # first, so that a death noted later does not halt it again
        for inbox in pipeline.inboxes:
            recover(pipeline, runs(inbox), inbox)
    if file is None:
        requeued = requeue_all_halted(pipeline)
    else:
        requeued = [requeue_file(pipeline, file, force=force)]
    if as_json:
        print_json({"requeued": [asdict(one) for one in requeued]})
    else:
        for one in requeued:
            terminal.say(f"{one.name} (from {one.came_from}) will be processed again")
            if one.warning:
                terminal.say(one.warning)
        if not requeued:
            terminal.say("No file is halted.")


def decide(
    decision: Annotated[
        Literal["same", "never", "undo"],
        typer.Argument(help="same: they are one; never: they are not; undo: take back a decision."),
    ],
    one: Annotated[
        str,
        typer.Argument(help="A SKU as company/sku, such as coles/3091126; with --brand, a brand."),
    ],
    other: Annotated[str, typer.Argument(help="The other SKU or brand, in the same form.")],
    brand: Annotated[
        bool, typer.Option("--brand", help="Decide on two names of brands, in any spelling.")
    ] = False,
    note: Annotated[str | None, typer.Option(help="The reason, for others to read later.")] = None,
    as_json: Json = False,
) -> None:
    """Decide whether two SKUs are one product, or two names one brand.

    This overrides every rule and takes effect at once. Product ids that apps already use keep
    resolving (table `product_redirects`); prices and history stay as they are.
    """
    kind = None if decision == "undo" else decision
    if brand:
        _decide_brands(kind, one, other, note, as_json=as_json)
    else:
        _decide_skus(kind, one, other, note, as_json=as_json)


def _decide_skus(
    kind: Literal["same", "never"] | None,
    sku: str,
    other_sku: str,
    note: str | None,
    *,
    as_json: bool,
) -> None:
    from pipeline_assets.services.operators.decide import decide as decide_skus

    decided = decide_skus(open_pipeline(), kind, sku, other_sku, note)
    if as_json:
        print_json(asdict(decided))
        return
    for change in decided.changes or ["Nothing had to change."]:
        terminal.say(change)
    first, second = decided.product_ids
    terminal.say(
        f"{sku} and {other_sku} are product {first}"
        if first == second
        else f"{sku} is product {first}, {other_sku} is product {second}"
    )


def _decide_brands(
    kind: Literal["same", "never"] | None, one: str, other: str, note: str | None, *, as_json: bool
) -> None:
    from pipeline_assets.services.operators.decide_brands import decide_brands

    decided = decide_brands(open_pipeline(), kind, one, other, note)
    if as_json:
        print_json(asdict(decided))
        return
    for change in decided.changes or ["Nothing had to change."]:
        terminal.say(change)
    first, second = decided.brands
    if first == second:
        terminal.say(f"{one} and {other} are brand {first}")
    else:
        terminal.say(f"{one} is brand {first}, {other} is brand {second}")


def sample(
    as_json: Json = False,
    last_day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day of the sample; today by default."),
    ] = None,
) -> None:
    """Write sample files into the inboxes: several companies and stores over three days."""
    from pipeline_assets.services.operators.first_run import place_sample

    pipeline = find_pipeline()
    stopping.check()
    pipeline.folders.create()
    settings = pipeline.settings
    day = (last_day or datetime.now(settings.zone)).date()
    paths = place_sample(pipeline, day)
    if as_json:
        print_json({"last_day": day.isoformat(), "files": [str(path) for path in paths]})
    else:
        terminal.say(
            f"{len(paths)} files written to the inboxes in {shown_path(pipeline.folders.files)}"
        )
