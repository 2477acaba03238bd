"""One alert for each cause, and none again until it has passed or changed."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.domain.alerts.plan import (
    AlertPlan,
    OpenAlert,
    hold_back,
    news,
    plan_alerts,
    quiet_subjects,
    told_already,
)
from pipeline_assets.domain.alerts.troubles import Trouble

NOON = datetime(2026, 1, 1, 12)
HOUR = timedelta(hours=1)


def trouble(cause: str = "a", subject: str = "check/x/y", times: int = 0) -> Trouble:
    return Trouble(subject, cause, "title", "text", "place", times)


def opened(
    cause: str = "a", subject: str = "check/x/y", alert_id: int = 7, seen_at: datetime = NOON
) -> OpenAlert:
    return OpenAlert(alert_id, subject, cause, seen_at)


def test_what_was_not_told_is_raised() -> None:
    assert plan_alerts([trouble()], (), []) == AlertPlan([trouble()], {}, set())


def test_the_same_cause_is_not_raised_again() -> None:
    plan = plan_alerts([trouble()], (), [opened()])
    assert plan.is_empty


def test_an_event_that_happens_again_is_counted_but_not_raised() -> None:
    again = trouble(times=3)
    assert plan_alerts([again], (), [opened()]) == AlertPlan([], {7: again}, set())


def test_a_changed_cause_ends_the_alert_and_raises_another_one() -> None:
    assert plan_alerts([trouble("b")], (), [opened("a")]) == AlertPlan([trouble("b")], {}, {7})


def test_one_offender_more_is_a_change_and_one_less_is_not() -> None:
    more = plan_alerts([trouble("a b c")], (), [opened("a b")])
    assert (len(more.raised), more.ended) == (1, {7})
    less = plan_alerts([trouble("b")], (), [opened("a b")])
    assert (less.raised, less.seen, less.ended) == ([], {7: trouble("b")}, set())


def test_an_offender_that_was_gone_and_comes_back_is_news() -> None:
    assert news([trouble("a b")], [opened("a b")]) == []
    assert news([trouble("a b")], [opened("b")]) == [trouble("a b")]


def test_what_has_passed_ends_and_is_raised_again_when_it_comes_back() -> None:
    plan = plan_alerts([], {"check/x/y"}, [opened()])
    assert (plan.raised, plan.ended) == ([], {7})
    assert plan_alerts([trouble()], (), []).raised == [trouble()]


def test_what_is_not_known_to_be_well_stays_open() -> None:
    assert plan_alerts([], {"check/other"}, [opened()]).is_empty


def test_what_is_wrong_again_has_not_passed_though_it_was_quiet() -> None:
    plan = plan_alerts([trouble(times=1)], {"check/x/y"}, [opened()])
    assert (plan.raised, plan.ended, list(plan.seen)) == ([], set(), [7])


def test_a_plan_applied_twice_changes_nothing_the_second_time() -> None:
    troubles = [trouble("a"), trouble("b", "check/x/z")]
    first = plan_alerts(troubles, (), [])
    known = [opened(one.cause, one.subject, number) for number, one in enumerate(first.raised)]
    assert plan_alerts(troubles, (), known).is_empty


RUNS = "runs/product_update/ValueError/abc"


@pytest.mark.parametrize(
    ("hours_since", "success_after", "has_passed"),
    [
        (0.5, 0.1, False),  # not quiet for long enough
        (2, 0.1, True),
        (2, -0.1, False),  # the last success came before the failure
        (2, None, False),  # none has ever succeeded
        (25, None, True),  # nobody has seen it for a day
    ],
)
def test_a_kind_of_failure_passes_when_it_is_quiet_and_a_run_has_succeeded_since(
    hours_since: float, success_after: float | None, has_passed: bool
) -> None:
    success = None if success_after is None else NOON + success_after * HOUR
    passed = quiet_subjects(
        [opened(subject=RUNS), opened(subject="check/x/y")],
        {"product_update": success},
        NOON + hours_since * HOUR,
        HOUR,
    )
    assert passed == ({RUNS} if has_passed else set())


def test_what_still_grows_is_held_back_for_a_while_and_no_longer() -> None:
    growing, settled = trouble(subject="check/a/refused_files"), trouble()
    subjects = {growing.subject}
    held = hold_back([growing, settled], subjects, {}, NOON, HOUR)
    assert held == {growing.subject: NOON}
    later = hold_back([growing], subjects, held, NOON + HOUR / 2, HOUR)
    assert later == {growing.subject: NOON}
    assert hold_back([growing], subjects, later, NOON + HOUR, HOUR) == {}


def test_what_another_alert_tells_is_covered_when_the_check_names_it_too() -> None:
    subject = "check/product_inbox/halted_files"
    told = told_already(subject, ["b.jsonl"], [opened(cause_of(["a.jsonl"]), subject)])
    assert told.cause == cause_of(["a.jsonl", "b.jsonl"])
    known = [opened(told.cause, subject)]
    assert news([trouble(cause_of(["b.jsonl"]), subject)], known) == []
    assert len(news([trouble(cause_of(["c.jsonl"]), subject)], known)) == 1


def test_nothing_is_held_back_once_the_inbox_is_empty_or_where_waiting_is_off() -> None:
    assert hold_back([trouble()], (), {"check/x/y": NOON}, NOON, HOUR) == {}
    assert hold_back([trouble()], {"check/x/y"}, {}, NOON, timedelta()) == {}


def test_a_cause_is_the_same_in_any_order_and_short_for_many_offenders() -> None:
    names = [f"file {n}.jsonl" for n in range(10_000)]
    assert cause_of(["b", "a", "a"]) == cause_of(["a", "b"])
    assert len(cause_of(names)) < 20
    assert len(cause_of(names[:499]).split()) == 499
    assert len(cause_of(names[:499])) < 7_000
    assert cause_of(names[1:]) != cause_of(names)
