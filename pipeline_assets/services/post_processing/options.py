"""The options of one run of post-processing; the settings supply those that are not given."""

from dataclasses import dataclass
from fractions import Fraction

from pipeline_assets.domain.groups.plan import GroupingSettings
from pipeline_assets.domain.groups.shares import exact_share
from pipeline_assets.errors import UsageError
from pipeline_assets.setting_types import MAX_DAYS, check_share
from pipeline_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class PostProcessingOptions:
    """How the steps are to work.

    `dry_run`: show the plan, change nothing. `relaxed_staleness`: "recent" counts from the
    company's newest scrape instead of from now. Shares are exact, as text: `"0.98"`, `"2/3"`.
    """

    dry_run: bool = False
    relaxed_staleness: bool = False
    min_agreement: str | None = None
    min_common: str | None = None
    current_days: int | None = None

    def check(self) -> None:
        """Raise `UsageError` for an option that cannot be used, without looking at settings."""
        for name in ("min_agreement", "min_common"):
            share = getattr(self, name)
            try:
                if share is not None:
                    check_share(share)
            except ValueError as error:
                raise UsageError(f"{name} is {share!r}: {error}.") from error
        if self.current_days is not None and not 0 <= self.current_days <= MAX_DAYS:
            raise UsageError(
                f"current_days is {self.current_days}: give days from 0 to {MAX_DAYS:,}."
            )

    def grouping(self, settings: Settings) -> GroupingSettings:
        """The thresholds in force; raises `UsageError` for an invalid one."""
        days = self.current_days
        try:
            return GroupingSettings(
                min_agreement=_share(self.min_agreement or settings.min_agreement),
                min_common=_share(self.min_common or settings.min_common),
                current_days=settings.current_days if days is None else days,
            )
        except (ValueError, ZeroDivisionError) as error:
            raise UsageError(f"A threshold for store groups is invalid: {error}") from error


def _share(text: str) -> Fraction:
    return exact_share(text)
