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
    RunOfFile,
    has_died,
    plan_recovery,
)
from pipeline_assets_tests.domain.files.facts import ALIVE, DEAD, FAR, IS_ALIVE, NOW, attempt, run

RULES = RecoveryRules(max_runtime_s=600, max_work_s=900, max_deaths=3)
DIED = Event.DIED
HALTED = {"a.jsonl": "its runs died 3 times without reporting"}


def found(
    attempts: Sequence[Attempt] = (),
    active: Sequence[RunOfFile] = (),
    ended_badly: Sequence[RunOfFile] = (),
) -> Recovery:
    """What is found of an inbox that holds version v1 of a.jsonl."""
    return plan_recovery(record(attempts, active, ended_badly), RULES, NOW)


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
    assert (queued.in_flight, queued.dead_runs, queued.never_began) == (frozenset(), [], [])


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
    assert (after.never_began, after.halted) == (ended, HALTED)


def test_a_run_that_is_dead_and_was_ended_meanwhile_counts_once() -> None:
    gone = run(process=DEAD)
    after = found([attempt(DIED, 1)], active=[gone], ended_badly=[gone])
    assert (after.dead_runs, after.never_began, after.halted) == ([gone], [gone], {})


def test_a_run_that_began_or_took_another_version_is_no_death_before_work() -> None:
    began = attempt(Event.FAILED, run_id="r1")
    after = found([began], ended_badly=[run("r1"), run("r2", fingerprint="v0")])
    assert after.never_began == []


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
        left = (again.dead_runs, again.died, again.never_began, again.halts)
        assert left == ([], [], [], {}), f"seed {seed}"


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
        )
        for number in range(1, 5)
    ]
    return record(attempts, runs[:2], runs[2:])


def _recovered(before: InboxRecord, first: Recovery) -> InboxRecord:
    """The record once all that was found stands in it, and dead runs have been ended."""
    ended = {one.attempt_id for one in first.died}
    attempts = {
        one.attempt_id: replace(one, outcome=DIED) if one.attempt_id in ended else one
        for one in (*before.attempts, *before.open_attempts, *before.of_runs)
    }
    noted = [attempt(DIED, 100 + n, run_id=one.run_id) for n, one in enumerate(first.never_began)]
    halts = [attempt(Event.HALTED, 200, message=why) for why in first.halts.values()]
    living = [one for one in before.active if one not in first.dead_runs]
    after = [*(attempts[number] for number in sorted(attempts)), *noted, *halts]
    return record(after, living, [*before.ended_badly, *first.dead_runs])
