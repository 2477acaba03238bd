"""Operators go through open suggestions; what they decide is a decision like any other."""

from collections.abc import Iterable
from typing import NamedTuple

from pipeline_assets import stopping
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.review import (
    OpenSuggestion,
    count_open_suggestions,
    open_suggestion,
    open_suggestions,
)
from pipeline_assets.errors import UsageError
from pipeline_assets.reporting.escaping import in_shell
from pipeline_assets.services.operators.decide import Decided, DecisionKind, decide
from pipeline_assets.services.pipeline import Pipeline


class OpenSuggestions(NamedTuple):
    """The suggestions to decide on, the surest first, and how many are open in all."""

    suggestions: list[OpenSuggestion]
    open: int


class DecidedPair(NamedTuple):
    """What was done with one suggestion; `message` says why it could not be decided, if so."""

    suggestion: OpenSuggestion
    message: str | None


def suggestions_to_review(
    pipeline: Pipeline,
    company: str | None = None,
    above: float | None = None,
    limit: int | None = None,
) -> OpenSuggestions:
    """The open suggestions; `company`: with a SKU of it, `above`: with more confidence than that.

    Raises `UsageError` if `above` is no probability.
    """
    if above is not None and not 0 <= above <= 1:
        raise UsageError(f"A confidence is from 0 to 1, not {above:g}.")
    above_e6 = None if above is None else int(above * 1_000_000)
    with reading(pipeline.engine) as connection:
        found = open_suggestions(connection, company, above_e6, limit)
        return OpenSuggestions(found, count_open_suggestions(connection, company))


def decide_suggestion(pipeline: Pipeline, kind: DecisionKind, one: OpenSuggestion) -> Decided:
    """Decide on its two SKUs, as `pipeline-assets decide` does; `undo` takes it back there.

    Raises `UsageError` if that contradicts another decision, if the pair is no longer open, or if
    it would join two barcodes by now, as an earlier one of several decisions can bring that about.
    """
    with reading(pipeline.engine) as connection:
        now = open_suggestion(connection, one)
    if now is None:
        raise UsageError("It is no longer open: somebody has decided on it, or it was withdrawn.")
    barcodes = now.a.barcode, now.b.barcode
    if kind == "same" and None not in barcodes and barcodes[0] != barcodes[1]:
        raise UsageError(
            f"Their products have two barcodes by now, {barcodes[0]} and {barcodes[1]}. To join "
            f"them all the same: pipeline-assets decide same {_as_words(one)}"
        )
    return decide(pipeline, kind, one.a.called, one.b.called, note=_note(one))


def accept_all(pipeline: Pipeline, suggestions: Iterable[OpenSuggestion]) -> Iterable[DecidedPair]:
    """Decide that each is one product, one transaction after the other, and yield it.

    Between two of them a signal ends it; what is decided stays.
    """
    for one in suggestions:
        stopping.check()
        try:
            decide_suggestion(pipeline, "same", one)
        except UsageError as error:
            yield DecidedPair(one, str(error))
        else:
            yield DecidedPair(one, None)


def _as_words(one: OpenSuggestion) -> str:
    return f"{in_shell(one.a.called)} {in_shell(one.b.called)}"


def _note(one: OpenSuggestion) -> str:
    if one.confidence_e6 is None:
        return f"reviewed: suggested as {one.kind}"
    sure = f"{one.confidence_e6 / 1_000_000:.3f}"
    return f"reviewed: suggested as {one.kind} with {sure} by model {one.model_version}"
