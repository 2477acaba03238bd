"""The dead are told from the living, and their files from those at work."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline_assets.domain.files.attempts import Attempt, Event
from pipeline_assets.domain.files.recovery import (
    InboxRecord,
    Recovery,
    RecoveryRules,
    RunEnd,
    RunOfFile,
    has_died,
    plan_recovery,
)
from pipeline_assets_tests.domain.files.facts import (
    ALIVE,
    DEAD,
    DIED_THREE_TIMES,
    FAR,
    IS_ALIVE,
    NOW,
    attempt,
    run,
)

RULES = RecoveryRules(max_runtime_s=600, max_work_s=900, max_deaths=3)
DIED = Event.DIED
HALTED = {"a.jsonl": DIED_THREE_TIMES}


def found(
    attempts: Sequence[Attempt] = (),
    active: Sequence[RunOfFile] = (),
    ended_badly: Sequence[RunOfFile] = (),
) -> Recovery:
    """What is found of an inbox that holds version v1 of a.jsonl."""
    return plan_recovery(record(attempts, active, ended_badly), RULES, NOW)


def noted(found: Recovery) -> list[tuple[RunOfFile, Event]]:
    return [(note.run, note.outcome) for note in found.notes]


def record(
    attempts: Sequence[Attempt],
    active: Sequence[RunOfFile] = (),
    ended_badly: Sequence[RunOfFile] = (),
) -> InboxRecord:
    ids = {one.run_id for one in (*active, *ended_badly)}
    return InboxRecord(
        versions={"a.jsonl": "v1"},
        active=active,
        ended_badly=ended_badly,
        attempts=[one for one in attempts if one.name == "a.jsonl"],
        open_attempts=[one for one in attempts if one.outcome is Event.STARTED],
        of_runs=[one for one in attempts if one.run_id in ids],
        is_alive=IS_ALIVE,
    )


@pytest.mark.parametrize(
    ("process", "age_s", "expected"),
    [
        pytest.param(ALIVE, 10_000, False, id="alive, however long it takes"),
        pytest.param(DEAD, 0, True, id="gone a moment after it began"),
        pytest.param(FAR, 900, False, id="nobody can tell, and there is time left"),
        pytest.param(FAR, 900.5, True, id="nobody can tell, and the time is up"),
        pytest.param(None, 901, True, id="no process on record, and the time is up"),
    ],
)
def test_an_attempt_is_dead_when_its_process_is_gone_or_out_of_sight_for_too_long(
    process: str | None, age_s: float, expected: bool
) -> None:
    one = attempt(process=process, age_s=age_s)
    assert has_died(one, IS_ALIVE.get(process or ""), RULES.max_work_s, NOW) is expected


def test_what_is_on_record_as_died_is_dead_whatever_its_process_does() -> None:
    assert has_died(attempt(DIED), True, RULES.max_work_s, NOW)


@pytest.mark.parametrize(
    ("one", "attempts", "is_dead"),
    [
        pytest.param(run(process=DEAD), [], True, id="its process is gone"),
        pytest.param(run(process=ALIVE, age_s=599), [], False, id="its process lives"),
        pytest.param(run(age_s=600), [], False, id="it may still begin"),
        pytest.param(run(age_s=601), [], True, id="it never began in time"),
        pytest.param(run(age_s=9_999, is_queued=True), [], False, id="it waits in the queue"),
        pytest.param(
            run(age_s=800), [attempt(run_id="r1", process=FAR)], False, id="it began its work"
        ),
        pytest.param(
            run(age_s=800), [attempt(run_id="r1", process=DEAD)], True, id="its worker is gone"
        ),
        pytest.param(run(), [attempt(DIED, run_id="r1")], True, id="its death is on record"),
        pytest.param(
            run(age_s=601), [attempt(run_id="r2", process=ALIVE)], True, id="another one began"
        ),
    ],
)
def test_an_active_run_is_dead_when_its_process_is_gone_or_never_began_in_time(
    one: RunOfFile, attempts: list[Attempt], is_dead: bool
) -> None:
    assert found(attempts, [one]).dead_runs == ([one] if is_dead else [])


def test_a_file_at_work_is_in_flight_by_its_run_or_by_its_attempt() -> None:
    assert found(active=[run(age_s=600)]).in_flight == {"a.jsonl"}
    assert found([attempt(process=ALIVE)]).in_flight == {"a.jsonl"}
    assert found().in_flight == frozenset()


def test_a_run_that_waits_in_the_queue_for_too_long_holds_its_file_no_longer() -> None:
    queued = found(active=[run(age_s=601, is_queued=True)])
    assert (queued.in_flight, queued.dead_runs, queued.notes) == (frozenset(), [], [])


def test_a_dead_attempt_is_not_in_flight_and_counts_as_a_death() -> None:
    earlier = [attempt(DIED, 1), attempt(DIED, 2)]
    dead = attempt(number=3, process=DEAD)
    after = found([*earlier, dead])
    assert (after.in_flight, after.died, after.halted) == (frozenset(), [dead], HALTED)
    assert after.halts == HALTED
    assert found([attempt(DIED, 1), dead]).halted == {}


def test_a_dead_attempt_on_another_version_or_file_is_found_and_halts_nothing() -> None:
    earlier = [attempt(DIED, 1), attempt(DIED, 2)]
    others = [
        attempt(number=3, process=DEAD, fingerprint="v0"),
        attempt(number=4, process=DEAD, name="gone.jsonl"),
    ]
    after = found([*earlier, *others])
    assert (after.died, after.halted, after.halts) == (others, {}, {})


def test_runs_that_ended_before_they_began_count_as_deaths_each_once() -> None:
    ended = [run("r1"), run("r2"), run("r3")]
    after = found(ended_badly=[*ended, run("r3")])
    assert (noted(after), after.halted) == ([(one, DIED) for one in ended], HALTED)


def test_a_run_that_is_dead_and_was_ended_meanwhile_counts_once() -> None:
    gone = run(process=DEAD)
    after = found([attempt(DIED, 1)], active=[gone], ended_badly=[gone])
    assert (after.dead_runs, noted(after), after.halted) == ([gone], [(gone, DIED)], {})


def test_a_run_that_began_or_took_another_version_is_no_death_before_work() -> None:
    began = attempt(Event.FAILED, run_id="r1")
    after = found([began], ended_badly=[run("r1"), run("r2", fingerprint="v0")])
    assert after.notes == []


@pytest.mark.parametrize("end", [RunEnd.INTERRUPTED, RunEnd.TERMINATED])
def test_an_attempt_of_a_run_that_was_ended_on_purpose_did_not_die(end: RunEnd) -> None:
    deaths = [attempt(DIED, 1), attempt(DIED, 2)]
    left_open = attempt(number=3, process=DEAD, run_id="r1")
    after = found([*deaths, left_open], ended_badly=[run("r1", end=end)])
    assert (after.died, after.interrupted, after.halts) == ([], [left_open], {})
    assert after.in_flight == frozenset()


def test_a_run_that_was_interrupted_before_it_began_is_no_death_and_is_noted_once() -> None:
    stopped = [run(f"r{number}", end=RunEnd.INTERRUPTED) for number in range(5)]
    after = found(ended_badly=stopped)
    assert noted(after) == [(one, Event.INTERRUPTED) for one in stopped]
    assert (after.halted, after.in_flight) == ({}, frozenset())
    record = [attempt(Event.INTERRUPTED, n, run_id=f"r{n}") for n in range(5)]
    assert found(record, ended_badly=stopped).notes == []


def test_a_run_whose_code_server_is_gone_before_it_began_frees_its_file_at_once() -> None:
    cannot_begin = run("r1", end=RunEnd.INTERRUPTED)
    after = found(active=[cannot_begin])
    assert (after.in_flight, after.dead_runs) == (frozenset(), [cannot_begin])
    assert noted(after) == [(cannot_begin, Event.INTERRUPTED)]
    queued = found(active=[run("r1", end=RunEnd.INTERRUPTED, is_queued=True)])
    assert queued.dead_runs == []


@pytest.mark.parametrize("recorded", [[], [Event.INTERRUPTED], [Event.FAILED]])
def test_a_file_whose_run_an_operator_terminated_waits_to_be_requeued(
    recorded: list[Event],
) -> None:
    terminated = run("r1", end=RunEnd.TERMINATED)
    attempts = [attempt(outcome, 1, run_id="r1") for outcome in recorded]
    after = found(attempts, ended_badly=[terminated])
    why = after.halted["a.jsonl"]
    assert "run r1 was terminated" in why
    assert "pipeline-assets requeue a.jsonl" in why
    noted_halt = attempt(Event.HALTED, 2, run_id="r1", message=why)
    requeued = attempt(Event.REQUEUED, 3)
    again = found([*attempts, noted_halt, requeued], ended_badly=[terminated])
    assert (again.notes, again.halted) == ([], {})


def test_a_run_that_took_too_long_and_was_ended_for_it_is_a_death() -> None:
    overdue = run("r1", end=RunEnd.OVERDUE)
    interrupted = attempt(Event.INTERRUPTED, 1, run_id="r1")
    assert noted(found([interrupted], ended_badly=[overdue])) == [(overdue, DIED)]
    already = [interrupted, attempt(DIED, 2, run_id="r1")]
    assert found(already, ended_badly=[overdue]).notes == []


def test_a_halt_on_record_is_told_and_not_noted_again() -> None:
    after = found([attempt(Event.HALTED, message="why")])
    assert (after.halted, after.halts) == ({"a.jsonl": "why"}, {})


def test_what_was_put_on_record_is_found_again_and_nothing_new() -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for _ in range(500):
        before = _any_record(chance)
        first = plan_recovery(before, RULES, NOW)
        again = plan_recovery(_recovered(before, first), RULES, NOW)
        told = (first.in_flight, first.halted)
        assert (again.in_flight, again.halted) == told, f"seed {seed}"
        left = (again.dead_runs, again.died, again.interrupted, again.notes, again.halts)
        assert left == ([], [], [], [], {}), f"seed {seed}"


def _any_record(chance: random.Random) -> InboxRecord:
    workers = [ALIVE, DEAD, FAR, None]
    attempts = [
        attempt(
            chance.choice(list(Event)),
            number,
            process=chance.choice(workers),
            age_s=chance.choice([0, 700, 1_000]),
            run_id=chance.choice([None, "r1", "r2"]),
            fingerprint=chance.choice(["v0", "v1"]),
            message="why",
        )
        for number in range(chance.randrange(6))
    ]
    runs = [
        run(
            f"r{number}",
            process=chance.choice(workers),
            age_s=chance.choice([0, 700]),
            is_queued=chance.random() < 0.3,
            fingerprint=chance.choice(["v0", "v1"]),
            end=chance.choice([None, RunEnd.INTERRUPTED] if number < 3 else list(RunEnd)),
        )
        for number in range(1, 5)
    ]
    return record(attempts, runs[:2], runs[2:])


def _recovered(before: InboxRecord, first: Recovery) -> InboxRecord:
    """The record once all that was found stands in it, and dead runs have been ended."""
    ended = {one.attempt_id: DIED for one in first.died}
    ended |= {one.attempt_id: Event.INTERRUPTED for one in first.interrupted}
    attempts = {
        one.attempt_id: replace(one, outcome=ended.get(one.attempt_id, one.outcome))
        for one in (*before.attempts, *before.open_attempts, *before.of_runs)
    }
    noted = [
        attempt(note.outcome, 100 + n, run_id=note.run.run_id, message=note.message)
        for n, note in enumerate(first.notes)
    ]
    halts = [attempt(Event.HALTED, 200, message=why) for why in first.halts.values()]
    living = [one for one in before.active if one not in first.dead_runs]
    after = [*(attempts[number] for number in sorted(attempts)), *noted, *halts]
    return record(after, living, [*before.ended_badly, *first.dead_runs])


@pytest.mark.parametrize(
    ("ended", "message"),
    [
        pytest.param(
            run("r1", end=RunEnd.TERMINATED),
            "its run r1 was terminated by an operator; to have it processed, run: "
            "pipeline-assets requeue a.jsonl",
            id="terminated",
        ),
        pytest.param(run("r1"), "Run r1 ended before it started its work.", id="before it began"),
    ],
)
def test_a_run_that_recorded_nothing_is_noted_with_what_is_known(
    ended: RunOfFile, message: str
) -> None:
    assert [note.message for note in found(ended_badly=[ended]).notes] == [message]


def test_a_run_that_was_interrupted_for_too_long_is_noted_as_such() -> None:
    interrupted = attempt(Event.INTERRUPTED, run_id="r1")
    (note,) = found([interrupted], ended_badly=[run("r1", end=RunEnd.OVERDUE)]).notes
    assert (note.outcome, note.message) == (DIED, "Run r1 took too long and was ended.")
