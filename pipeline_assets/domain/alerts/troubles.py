"""What is wrong, in a form that can be compared with what people have been told already.

A trouble has a subject (a check, or one kind of failure of a job's runs) and a cause: what is wrong
with the subject now. Causes are compared as sets of words, so that fewer offenders are no news.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_assets.domain.alerts.causes import digest

CHECKS, RUNS = "check", "runs"

# Beyond these, further kinds of failure of a job's runs share one subject: a storm is one alert.
MOST_KINDS = 5
_OTHER_KINDS = "other kinds"

_LONGEST_SUBJECT = 240
_LONGEST_CAUSE = 20_000
_VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\S*[\d/\\]\S*")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong, and what an alert about it says.

    `place` is the path below the UI's URL where it is shown. `times` is how often it has happened
    since the last look; 0 for something that goes on.
    """

    subject: str
    cause: str
    title: str
    text: str
    place: str
    times: int = 0


@dataclass(frozen=True, slots=True)
class RunFailure:
    """A run that failed. `error` is the class of the first error in the chain that led to it.

    `cause` is that error's own text, `message` is for people, `file` is the run's inbox file,
    `is_halted` whether that was halted.
    """

    run_id: str
    job: str
    failed_at: datetime
    error: str
    cause: str
    message: str
    file: str | None = None
    is_halted: bool = False


def failed_check(
    asset: Sequence[str], check: str, description: str, cause: str | None, place: str
) -> Trouble:
    """A check that fails; without a cause of its own, its description is compared."""
    told = cause if cause and cause.strip() else digest(description)
    return Trouble(
        check_subject(asset, check),
        told if len(told) <= _LONGEST_CAUSE else digest(told),
        f"check {check} of {'/'.join(asset)} fails",
        description or "The check gives no description; see its page in Dagster's UI.",
        place,
    )


def check_subject(asset: Sequence[str], check: str) -> str:
    """The subject of a check's troubles."""
    return _subject(CHECKS, *asset, check)


def job_of(subject: str) -> str:
    """The job whose failed runs a subject of theirs is about."""
    return subject.split("/")[1]


def failed_runs(runs: Iterable[RunFailure], known: Iterable[str] = ()) -> list[Trouble]:
    """The failed runs by kind of failure, one trouble for each; `known` are subjects told already.

    A kind is the job, the class of the error, and its text without names and numbers.
    """
    subjects = {subject for subject in known if subject.startswith(f"{RUNS}/")}
    kinds: dict[str, list[RunFailure]] = defaultdict(list)
    for run in sorted(runs, key=lambda one: (one.failed_at, one.run_id)):
        subject = _subject(RUNS, run.job, run.error, digest(_constant_part(run)))
        beside = [one for one in subjects if job_of(one) == run.job]
        if subject not in subjects and len(beside) >= MOST_KINDS:
            subject = _subject(RUNS, run.job, _OTHER_KINDS)
        subjects.add(subject)
        kinds[subject].append(run)
    return [_failures(subject, found) for subject, found in kinds.items()]


def _failures(subject: str, runs: Sequence[RunFailure]) -> Trouble:
    latest = runs[-1]
    count = "a run" if len(runs) == 1 else f"{len(runs)} runs"
    of = f" for {latest.file}" if latest.file else ""
    which = "It" if len(runs) == 1 else "The latest one"
    return Trouble(
        subject,
        cause="failed",  # the subject is the kind of failure
        title=f"{count} of {latest.job} failed: {latest.error}",
        text=f"{which} failed{of} at {latest.failed_at:%Y-%m-%d %H:%M:%S} UTC: {latest.message}",
        place=f"runs/{latest.run_id}",
        times=len(runs),
    )


def _constant_part(run: RunFailure) -> str:
    """The cause's first line without what differs from run to run."""
    first = run.cause.strip().partition("\n")[0]
    if run.file:
        first = first.replace(run.file, "")
    return " ".join(_VARIABLE.sub("", first).split())


def _subject(*parts: str) -> str:
    subject = "/".join(parts)
    if len(subject) <= _LONGEST_SUBJECT:
        return subject
    return f"{subject[: _LONGEST_SUBJECT - 20]}/{digest(subject)}"
