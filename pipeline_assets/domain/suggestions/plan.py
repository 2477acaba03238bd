"""What becomes of each pair that is or was suggested."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pipeline_assets.domain.products.facts import SkuPair
from pipeline_assets.domain.suggestions.found import VARIANT, PairOffer, PairOffers


class SuggestionState(StrEnum):
    """`confirmed` and `refused` follow operators' decisions on the pair."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it is no longer suggested, and nobody has decided on it


STATE_OF_DECISION = {"same": SuggestionState.CONFIRMED, "never": SuggestionState.REFUSED}


class KeptSuggestion(NamedTuple):
    """A pair that is or was suggested; `suggested_date` is when it was opened."""

    offer: PairOffer
    suggested_date: date
    state: SuggestionState


class SuggestionChanges(NamedTuple):
    """What differs from what is kept."""

    new: Mapping[SkuPair, KeptSuggestion]
    changed: Mapping[SkuPair, KeptSuggestion]


def plan_suggestions(
    offered: PairOffers,
    kept: Mapping[SkuPair, KeptSuggestion],
    decisions: Mapping[SkuPair, str],
    today: date,
) -> SuggestionChanges:
    """What to write, so that the open pairs are those that are offered and not decided on.

    `decisions`: `same` or `never` by pair, in the same order of the two as offers. A pair that was
    never offered is not suggested by a decision on it. A pair that is confirmed, refused or
    withdrawn keeps what it was suggested for.
    """
    changed: dict[SkuPair, KeptSuggestion] = {}
    for pair, before in kept.items():
        after = _after(before, offered.get(pair), decisions.get(pair), today)
        if after != before:
            changed[pair] = after
    new = {
        pair: KeptSuggestion(offer, today, SuggestionState.OPEN)
        for pair, offer in offered.items()
        if pair not in kept and pair not in decisions
    }
    return SuggestionChanges(new, changed)


def _after(
    before: KeptSuggestion, offer: PairOffer | None, decision: str | None, today: date
) -> KeptSuggestion:
    if decision is not None:
        return before._replace(state=STATE_OF_DECISION[decision])
    if offer is None:
        return before._replace(state=SuggestionState.WITHDRAWN)
    is_back = before.state is SuggestionState.WITHDRAWN
    day = today if is_back else before.suggested_date
    return KeptSuggestion(offer, day, SuggestionState.OPEN)


class OperatorsVerdict(NamedTuple):
    """How many pairs that the model found operators have confirmed and refused; no variants."""

    confirmed: int
    refused: int

    @property
    def precision_percent(self) -> int | None:
        """The share that was right, in whole percent, rounded down; None before any decision."""
        decided = self.confirmed + self.refused
        return 100 * self.confirmed // decided if decided else None


def operators_verdict(kept: Mapping[SkuPair, KeptSuggestion]) -> OperatorsVerdict:
    """What operators' decisions say of the model so far."""
    states = [one.state for one in kept.values() if one.offer.kind != VARIANT]
    return OperatorsVerdict(
        states.count(SuggestionState.CONFIRMED), states.count(SuggestionState.REFUSED)
    )
