"""Which old entries in the record of attempts may go: nothing that is still asked for."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.files.attempts import WAIVER, Attempt, Event, file_state, is_forced
from pipeline_assets.domain.retention.attempts import attempts_to_remove

NOW = datetime(2026, 6, 1)
BEFORE = NOW - timedelta(days=90)
OLD, YOUNG = NOW - timedelta(days=200), NOW - timedelta(days=2)


def entry(
    number: int,
    outcome: Event,
    at: datetime = OLD,
    *,
    name: str = "a.jsonl",
    reason: str | None = None,
) -> Attempt:
    ended_at = None if outcome is Event.STARTED else at
    return Attempt(
        number, "product_inbox", name, "1-1-1", outcome, reason, None, None, None, at, ended_at
    )


def gone(*entries: Attempt, in_inbox: bool = False) -> list[int]:
    waiting = {("product_inbox", "a.jsonl")} if in_inbox else set()
    return attempts_to_remove(entries, BEFORE, waiting)


def test_of_an_accepted_file_nothing_old_stays() -> None:
    assert gone(entry(1, Event.ASKED), entry(2, Event.FAILED), entry(3, Event.ACCEPTED)) == [
        1,
        2,
        3,
    ]


def test_of_a_refused_file_the_last_entry_and_the_last_refusal_stay() -> None:
    record = [
        entry(1, Event.QUARANTINED),
        entry(2, Event.REQUEUED),
        entry(3, Event.QUARANTINED),
        entry(4, Event.REQUEUED),
    ]
    assert gone(*record) == [1, 2]


def test_what_is_open_young_of_a_waiting_file_or_a_permission_stays() -> None:
    assert gone(entry(1, Event.STARTED), entry(2, Event.HALTED)) == []
    assert gone(entry(1, Event.FAILED), entry(2, Event.ACCEPTED, YOUNG)) == [1]
    assert gone(entry(1, Event.FAILED), entry(2, Event.ACCEPTED), in_inbox=True) == []
    permitted = entry(1, Event.REQUEUED, reason=WAIVER)
    assert gone(permitted, entry(2, Event.VANISHED)) == [2]


OUTCOMES = st.lists(
    st.tuples(
        st.sampled_from([one for one in Event if one is not Event.STARTED]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["a.jsonl", "b.jsonl"]),
    ),
    max_size=12,
)


@given(OUTCOMES, st.booleans())
def test_a_file_in_the_inbox_keeps_its_state_and_every_permission_stays(
    drawn: list[tuple[Event, bool, bool, str]], is_waiting: bool
) -> None:
    entries = [
        entry(
            number,
            outcome,
            OLD if is_old else YOUNG,
            name=name,
            reason=WAIVER if outcome is Event.REQUEUED and is_forced_ else None,
        )
        for number, (outcome, is_old, is_forced_, name) in enumerate(drawn, 1)
    ]
    removed = set(gone(*entries, in_inbox=is_waiting))
    left = [one for one in entries if one.attempt_id not in removed]
    assert is_forced(left) == is_forced(entries)
    assert {one for one in entries if one.started_at == YOUNG} <= set(left)
    of_a = [one for one in entries if one.name == "a.jsonl"]
    if is_waiting:
        assert [one for one in left if one.name == "a.jsonl"] == of_a
    elif of_a and of_a[-1].outcome is Event.HALTED:
        # An operator who puts the file back finds it halted still.
        assert file_state(one for one in left if one.name == "a.jsonl").halted is not None
