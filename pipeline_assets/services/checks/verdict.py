"""What a check finds: whether it passed, a sentence, figures, the offenders, the cause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline_assets.catalogue.checks.offenders import Offenders
from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.reporting.escaping import in_code

NOTHING_WRONG = "none"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check.

    `summary` is one sentence: what is so, or what is wrong and what to do. `columns` and `rows`
    are the worst offenders, of which there are `total`; a check that passes may show some, too.
    `cause` is short, and the same for as long as the same thing is wrong (`domain.alerts.causes`).
    """

    passed: bool
    summary: str
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    total: int = 0
    cause: str = NOTHING_WRONG


def judge(
    found: Offenders,
    *,
    right: str,
    wrong: str,
    key_columns: int,
    figures: Mapping[str, int | float | str] | None = None,
) -> Verdict:
    """The verdict of a check that passes if there is no offender.

    `right` and `wrong` are its sentences; the first `key_columns` columns tell offenders apart.
    """
    unnamed = found.total - len(found.rows)
    cause = cause_of((*(row[:key_columns] for row in found.rows), *([unnamed] if unnamed else [])))
    return Verdict(
        passed=found.total == 0,
        summary=wrong if found.total else right,
        figures={"offenders": found.total, **(figures or {})},
        columns=found.columns,
        rows=found.rows,
        total=found.total,
        cause=cause if found.total else NOTHING_WRONG,
    )


def counted(number: int, one: str, more: str = "") -> str:
    """The number with its noun: `1 SKU`, `1,200 SKUs`."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def named(texts: Iterable[str]) -> str:
    """Texts from files in a sentence, which Dagster shows as Markdown; at most a few of them."""
    shown = [in_code(text) for text in texts]
    more = f" and {len(shown) - _MOST_NAMED:,} more" if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
