"""Which alerts to raise: one for each cause, and none again until it has passed or changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline_assets.domain.alerts.causes import cause_of, is_covered
from pipeline_assets.domain.alerts.troubles import CHECKS, RUNS, Trouble, job_of

# A kind of failure that nobody has seen for so long has passed, even if no run has succeeded since.
_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert whose trouble has not passed, as far as is known. All times are UTC."""

    alert_id: int
    subject: str
    cause: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """What to record. `seen` are open alerts by id whose trouble came again or became less."""

    raised: Sequence[Trouble] = ()
    seen: Mapping[int, Trouble] = field(default_factory=dict)
    ended: Collection[int] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to record."""
        return not (self.raised or self.seen or self.ended)


def plan_alerts(
    troubles: Iterable[Trouble], passed: Collection[str], opened: Sequence[OpenAlert]
) -> AlertPlan:
    """Compare what is wrong with what was told; `passed` are subjects that are known to be well.

    What is neither wrong nor known to be well stays as it is. Fewer offenders than before are no
    news, but they are remembered: one that comes back is.
    """
    by_subject = {alert.subject: alert for alert in opened}
    raised: list[Trouble] = []
    seen: dict[int, Trouble] = {}
    wrong = list(troubles)
    well = set(passed) - {trouble.subject for trouble in wrong}
    ended = {alert.alert_id for alert in opened if alert.subject in well}
    for trouble in wrong:
        alert = by_subject.get(trouble.subject)
        if alert is not None and is_covered(trouble.cause, alert.cause):
            if trouble.times or trouble.cause != alert.cause:
                seen[alert.alert_id] = trouble
            continue
        raised.append(trouble)
        if alert is not None:
            ended.add(alert.alert_id)
    return AlertPlan(raised, seen, ended)


def quiet_subjects(
    opened: Iterable[OpenAlert],
    last_success_at: Mapping[str, datetime | None],
    now: datetime,
    quiet: timedelta,
) -> set[str]:
    """The kinds of failure that have passed: none for `quiet`, and a run of the job succeeded."""
    passed = set()
    for alert in opened:
        if not alert.subject.startswith(f"{RUNS}/") or now - alert.seen_at < quiet:
            continue
        success = last_success_at.get(job_of(alert.subject))
        if now - alert.seen_at >= _FORGOTTEN_AFTER or (success and success > alert.seen_at):
            passed.add(alert.subject)
    return passed


def news(troubles: Iterable[Trouble], opened: Sequence[OpenAlert]) -> list[Trouble]:
    """The troubles that no open alert covers."""
    return list(plan_alerts(troubles, (), opened).raised)


def told_already(subject: str, offenders: Iterable[str], opened: Iterable[OpenAlert]) -> Trouble:
    """What a check will say of offenders that another alert tells, beside those that it told.

    Recorded without being sent, it keeps the check's own alert from telling them again.
    """
    before = {word for one in opened if one.subject == subject for word in one.cause.split()}
    cause = " ".join(sorted(before | set(cause_of(offenders).split())))
    title = f"check {subject.removeprefix(f'{CHECKS}/')} fails"
    return Trouble(subject, cause, title, "The alerts about failed runs tell why.", "")


def hold_back(
    raised: Iterable[Trouble],
    growing: Collection[str],
    since: Mapping[str, datetime],
    now: datetime,
    longest: timedelta,
) -> dict[str, datetime]:
    """Which subjects not to tell yet, and since when: those that are still growing.

    So that a hundred files that are refused in one go make one alert. None is held back for longer
    than `longest`; `since` is what was returned the time before.
    """
    first = {one.subject: since.get(one.subject, now) for one in raised if one.subject in growing}
    return {subject: moment for subject, moment in first.items() if now - moment < longest}
