"""What tests of stopped commands share: waiting for a moment, stopping, the record of attempts."""

import signal
from collections.abc import Callable

from pipeline_assets_tests.commands import Ran
from pipeline_assets_tests.forked_commands import Running
from pipeline_assets_tests.processes import wait_until
from pipeline_assets_tests.workplace import Workplace

# How long a command may take to stop here; the contract's 5 s are for a machine of its own.
GENEROUS_S = 20


def until(is_so: Callable[[], object]) -> None:
    """Wait for it."""
    wait_until(is_so, 60, every_s=0.01)


def outcomes(place: Workplace, inbox: str = "product_inbox") -> list[str]:
    """The record of attempts."""
    sql = "SELECT outcome FROM file_attempts WHERE inbox = :inbox ORDER BY attempt_id"
    return [outcome for (outcome,) in place.rows(sql, inbox=inbox)]


def said(place: Workplace) -> str:
    """What the command that is running has printed on stderr so far."""
    return (place.root / "output.err").read_text()


def stopped(running: Running, number: int) -> Ran:
    """How it ended, with a sentence and without a traceback, leaving no process behind."""
    ran, seconds = running.stop(number)
    print(f"stopped after {seconds:.2f} s")
    assert (ran.status, seconds < GENEROUS_S) == (128 + number, True), ran
    assert "Traceback" not in ran.err
    assert f"asked to stop by {signal.Signals(number).name}. Nothing is half done." in ran.err
    assert running.left_behind() == []
    return ran
