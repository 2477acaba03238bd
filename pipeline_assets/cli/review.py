"""`review`: going through suggested matches."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from pipeline_assets import stopping
from pipeline_assets.catalogue.review import OpenSuggestion
from pipeline_assets.cli import review_view, terminal
from pipeline_assets.cli.common import Json, open_pipeline, print_json
from pipeline_assets.cli.exit_statuses import FAILED, OK
from pipeline_assets.cli.typed import is_at_terminal, typed_line
from pipeline_assets.errors import UsageError
from pipeline_assets.services.operators.decide import DecisionKind
from pipeline_assets.services.operators.review import (
    DecidedPair,
    accept_all,
    decide_suggestion,
    suggestions_to_review,
)
from pipeline_assets.services.pipeline import Pipeline

_ANSWERS = {
    answer: meaning
    for meaning in ("same", "never", "skip", "stop")
    for answer in (meaning, {"skip": "k", "stop": "q"}.get(meaning, meaning[0]))
}
_DECISIONS: dict[str, DecisionKind] = {"same": "same", "never": "never"}


def review_suggestions(
    company: Annotated[
        str | None, typer.Option(help="Only suggestions with a SKU of this company.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many, the surest first.")
    ] = None,
    accept_above: Annotated[
        float | None,
        typer.Option(
            metavar="CONFIDENCE",
            help="Decide 'same' for all with more confidence than this, such as 0.95.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --accept-above: do not ask before writing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Go through pairs of SKUs that are probably one product, and decide on each.

    Where nobody can answer, or with --json, they are listed. What is decided holds at once and
    stays when you stop; `pipeline-assets decide undo` takes it back. With --accept-above, exits
    with 1 if some could not be accepted.
    """
    if yes and accept_above is None:
        raise UsageError("--yes needs --accept-above.")
    pipeline = open_pipeline()
    company = None if company is None else company.lower()
    found = suggestions_to_review(pipeline, company, accept_above, limit)
    if accept_above is not None:
        _accept(pipeline, found.suggestions, accept_above, is_agreed=yes, as_json=as_json)
    elif as_json:
        listed = [review_view.suggestion_as_data(one) for one in found.suggestions]
        print_json({"open": found.open, "suggestions": listed})
    elif not found.suggestions:
        terminal.say("No suggestion is open.")
    elif is_at_terminal():
        _walk_through(pipeline, found.suggestions, found.open)
    else:
        review_view.show_list(found.suggestions, found.open)


def _walk_through(
    pipeline: Pipeline, suggestions: Sequence[OpenSuggestion], count_open: int
) -> None:
    done: Counter[str] = Counter()
    for number, one in enumerate(suggestions, 1):
        review_view.show_pair(one, f"{number} of {len(suggestions)}")
        answer = _answer()
        if answer == "stop":
            break
        if answer in _DECISIONS:
            try:
                decide_suggestion(pipeline, _DECISIONS[answer], one)
            except UsageError as error:
                terminal.show_error(error)
                answer = "skip"
        done[answer] += 1
    decided = done["same"] + done["never"]
    terminal.say(
        f"{done['same']:,} decided same, {done['never']:,} never, {done['skip']:,} skipped; "
        f"{count_open - decided:,} are open."
    )
    if decided:
        terminal.say("To take one back: pipeline-assets decide undo SKU SKU")


def _answer() -> str:
    while True:
        terminal.ask("(s)ame, (n)ever, s(k)ip or (q) stop? ")
        line = typed_line()
        if not line:  # the terminal was closed
            return "stop"
        answer = _ANSWERS.get(line.strip().lower() or "skip")
        if answer is not None:
            return answer


def _accept(
    pipeline: Pipeline,
    suggestions: Sequence[OpenSuggestion],
    above: float,
    *,
    is_agreed: bool,
    as_json: bool,
) -> None:
    """Decide *same* for all of these, if somebody agrees to how many they are."""
    told = f"{len(suggestions):,} suggestions have more confidence than {above:g}"
    if suggestions and not is_agreed:
        if as_json or not is_at_terminal():
            raise UsageError(f"{told}; each would be decided 'same'. To write that, add --yes.")
        terminal.ask(f"{told}. Decide 'same' for all of them? Type yes: ")
        if typed_line().strip().lower() != "yes":
            terminal.say("Nothing was decided.")
            return
    done: list[DecidedPair] = []
    for one in accept_all(pipeline, suggestions):
        done.append(one)
        if not as_json:
            review_view.show_accepted(one)
    refused = [one for one in done if one.message is not None]
    if as_json:
        print_json(_as_data(done))
    else:
        terminal.say(f"{len(done) - len(refused):,} decided same, {len(refused):,} not.")
    stopping.check()
    raise typer.Exit(FAILED if refused else OK)


def _as_data(done: Sequence[DecidedPair]) -> dict[str, Any]:
    return {
        "accepted": [_pair(one) for one in done if one.message is None],
        "not_accepted": [
            {**_pair(one), "message": one.message} for one in done if one.message is not None
        ],
    }


def _pair(one: DecidedPair) -> dict[str, Any]:
    return review_view.suggestion_as_data(one.suggestion)
