"""The command line at a real terminal, at which somebody types answers."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Sequence

from pipeline_assets_tests.commands import SCRIPT
from pipeline_assets_tests.workplace import Workplace

_LONGEST_S = 90


def at_terminal(
    place: Workplace,
    *arguments: str,
    answers: Sequence[str] = (),
    prompts: Sequence[bytes] = (),
    **variables: str,
) -> str:
    """What a command writes to a terminal at which somebody gives these answers, one a prompt.

    `prompts`: what each question ends with; `variables`: of the environment, besides the place's.
    """
    ours, theirs = pty.openpty()
    environment = place.environment | {"PATH": "/usr/bin:/bin", "HOME": str(place.root)}
    environment |= {"COLUMNS": "120", "LINES": "50"} | variables
    place.pipeline.engine.dispose()
    begun = subprocess.Popen(
        [str(SCRIPT), *arguments],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        return _answered(ours, answers, prompts)
    finally:
        os.close(ours)
        begun.wait(30)


def _answered(terminal: int, answers: Sequence[str], prompts: Sequence[bytes]) -> str:
    shown, given, until = b"", 0, time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            shown += os.read(terminal, 65_536)
        except OSError:  # the command has ended
            break
        if given < len(answers) and sum(map(shown.count, prompts)) > given:
            os.write(terminal, answers[given].encode())
            given += 1
    return shown.decode().replace("\r\n", "\n")
