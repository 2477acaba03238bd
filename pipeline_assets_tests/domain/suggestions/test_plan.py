from datetime import date

import pytest

from pipeline_assets.domain.suggestions.found import VARIANT, PairOffer
from pipeline_assets.domain.suggestions.plan import (
    KeptSuggestion,
    SuggestionState,
    operators_verdict,
    plan_suggestions,
)

PAIR = (1, 2)
BEFORE, TODAY = date(2025, 9, 1), date(2025, 9, 9)
OFFER = PairOffer("same", 950_000, "both say jam", "1")
BETTER = OFFER._replace(confidence_e6=990_000)
OPEN, CONFIRMED, REFUSED, WITHDRAWN = SuggestionState


def kept(state: SuggestionState) -> KeptSuggestion:
    return KeptSuggestion(OFFER, BEFORE, state)


def test_what_is_offered_for_the_first_time_is_opened_today() -> None:
    changes = plan_suggestions({PAIR: OFFER}, {}, {}, TODAY)
    assert changes.new == {PAIR: KeptSuggestion(OFFER, TODAY, OPEN)}
    assert changes.changed == {}


@pytest.mark.parametrize("decision", ["same", "never"])
def test_a_pair_that_was_decided_on_before_it_was_offered_is_no_suggestion(decision: str) -> None:
    assert plan_suggestions({PAIR: OFFER}, {}, {PAIR: decision}, TODAY) == ({}, {})


@pytest.mark.parametrize("before", list(SuggestionState))
@pytest.mark.parametrize("offer", [None, OFFER, BETTER])
@pytest.mark.parametrize("decision", [None, "same", "never"])
def test_a_pair_follows_decisions_first_and_then_what_is_offered(
    before: SuggestionState, offer: PairOffer | None, decision: str | None
) -> None:
    decisions = {} if decision is None else {PAIR: decision}
    offered = {} if offer is None else {PAIR: offer}
    changes = plan_suggestions(offered, {PAIR: kept(before)}, decisions, TODAY)
    after = changes.changed.get(PAIR, kept(before))
    if decision is not None:
        assert after == kept({"same": CONFIRMED, "never": REFUSED}[decision])
    elif offer is None:
        assert after == kept(WITHDRAWN)
    else:
        day = TODAY if before is WITHDRAWN else BEFORE
        assert after == KeptSuggestion(offer, day, OPEN)
    assert changes.new == {}
    assert (PAIR in changes.changed) == (after != kept(before))


def test_the_verdict_counts_what_the_model_found_and_was_decided_on() -> None:
    variant = OFFER._replace(kind=VARIANT, confidence_e6=None)
    verdict = operators_verdict(
        {
            (1, 2): kept(CONFIRMED),
            (3, 4): kept(CONFIRMED),
            (5, 6): kept(REFUSED),
            (7, 8): kept(OPEN),
            (9, 10): kept(WITHDRAWN),
            (11, 12): KeptSuggestion(variant, BEFORE, REFUSED),
        }
    )
    assert (verdict.confirmed, verdict.refused, verdict.precision_percent) == (2, 1, 66)
    assert operators_verdict({}).precision_percent is None
