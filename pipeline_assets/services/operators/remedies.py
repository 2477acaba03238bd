"""What helps a file that was refused or halted: the exact command, and what to know about it."""

from dataclasses import dataclass

from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX
from pipeline_assets.reporting.escaping import in_shell

# What `force` permits, as (reason, inbox).
FORCED = {("partial", PRODUCT_INBOX), ("duplicate", BARCODE_ENRICHMENT_INBOX)}
# What a file's contents decide: no setting, time or luck changes it.
_FOR_GOOD = {"duplicate", "stale", "no_metadata", "no_products"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A command for a shell, and a sentence on what it does or needs."""

    command: str
    note: str


def remedy(outcome: str, reason: str | None, inbox: str, name: str) -> Remedy | None:
    """What to do about a file of the inbox that was refused for `reason`, or that is halted.

    None for every other outcome.
    """
    if outcome == Event.HALTED:
        return Remedy(requeue_command(name), "Once its cause is mended, this has it tried again.")
    if outcome != Event.QUARANTINED:
        return None
    if (reason, inbox) in FORCED:
        what = "accepts it as it is" if reason == "partial" else "has it enriched again"
        return Remedy(requeue_command(name, "--force"), f"This {what}, once.")
    if reason in _FOR_GOOD:
        return Remedy(
            requeue_command(name, "--acknowledge"),
            "Sent back, it would be refused again, as its contents are the same; this says that "
            "nothing more is to be done about it.",
        )
    return Remedy(requeue_command(name), "Once its cause is mended, this sends it back.")


def is_refused_for_good(reason: str | None) -> bool:
    """Whether a file that was refused for this reason is refused again, unless it is forced."""
    return reason in _FOR_GOOD


def requeue_command(name: str, *options: str) -> str:
    """The command that requeues the file of this name or path, as one types it into a shell."""
    words = ["pipeline-assets", "requeue", *options]
    # Otherwise such a name would be taken for an option.
    words += ["--"] if name.startswith("-") else []
    return " ".join([*words, in_shell(name)])
