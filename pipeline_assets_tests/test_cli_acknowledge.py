"""`requeue --acknowledge`: a refused file that needs nothing more."""

import pytest

from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    assert workplace.pipeline
    return in_this_process(capfd)


def refuse(place: Workplace, name: str, content: bytes = b"broken\n") -> str:
    kept = place.take(name, content).place
    assert kept is not None
    return kept


def test_one_file_is_acknowledged_and_stays_where_it_is(
    workplace: Workplace, command: Command
) -> None:
    kept = refuse(workplace, "a.jsonl")
    said = command("requeue", "--acknowledge", "a.jsonl")
    assert (said.status, said.out) == (0, f"{kept} is acknowledged and stays there\n")
    assert (workplace.data / kept).is_file()
    assert workplace.one("SELECT acknowledged_at IS NOT NULL FROM file_attempts") == 1
    again = command("requeue", "--acknowledge", kept, "--json")
    assert again.json() == {"acknowledged": [{"place": kept, "is_new": False}]}


def test_all_are_acknowledged_with_a_line_each(workplace: Workplace, command: Command) -> None:
    kept = sorted(refuse(workplace, f"{n}.jsonl", b"x\n" * n) for n in (1, 2))
    said = command("requeue", "--acknowledge", "--all", "--json")
    assert said.json() == {"acknowledged": [{"place": one, "is_new": True} for one in kept]}
    assert command("requeue", "--acknowledge", "--all").out == (
        "There is no refused file to acknowledge.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--acknowledge"], "With --acknowledge, name one FILE or use --all, and nothing else."),
        (["--acknowledge", "--all", "a"], "With --acknowledge, name one FILE or use --all, "),
        (["--acknowledge", "--force", "a"], "With --acknowledge, name one FILE or use --all, "),
        (["--acknowledge", "--all-halted"], "With --acknowledge, name one FILE or use --all, "),
        (["--all"], "--all needs --acknowledge; to requeue halted files, use --all-halted."),
        (["--all", "a"], "--all needs --acknowledge; "),
        (["--acknowledge", "none.jsonl"], "There is no 'none.jsonl' in "),
    ],
)
def test_a_wrong_combination_is_one_sentence(
    workplace: Workplace, command: Command, arguments: list[str], sentence: str
) -> None:
    refuse(workplace, "a.jsonl")
    said = command("requeue", *arguments)
    assert said.status == 2
    assert sentence in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert workplace.one("SELECT count(acknowledged_at) FROM file_attempts") == 0
