"""The command that helps a refused or halted file, ready to be typed into a shell."""

import shlex

import pytest

from pipeline_assets.domain.snapshots.acceptance import REASONS
from pipeline_assets.services.operators.remedies import remedy, requeue_command

PRODUCTS, TO_ENRICH = "product_inbox", "barcode_enrichment_inbox"


@pytest.mark.parametrize(
    ("outcome", "reason", "inbox", "options"),
    [
        ("halted", None, PRODUCTS, []),
        ("halted", None, TO_ENRICH, []),
        ("quarantined", "unreadable", PRODUCTS, []),
        ("quarantined", "future", PRODUCTS, []),
        ("quarantined", "partial", PRODUCTS, ["--force"]),
        ("quarantined", "duplicate", TO_ENRICH, ["--force"]),
        ("quarantined", "duplicate", PRODUCTS, ["--acknowledge"]),
        ("quarantined", "stale", PRODUCTS, ["--acknowledge"]),
        ("quarantined", "no_metadata", TO_ENRICH, ["--acknowledge"]),
        ("quarantined", "no_products", PRODUCTS, ["--acknowledge"]),
    ],
)
def test_a_stuck_file_is_helped_by_the_command_for_its_reason(
    outcome: str, reason: str | None, inbox: str, options: list[str]
) -> None:
    found = remedy(outcome, reason, inbox, "a.jsonl")
    assert found is not None
    assert shlex.split(found.command) == ["pipeline-assets", "requeue", *options, "a.jsonl"]
    assert found.note.endswith(".")


@pytest.mark.parametrize("reason", REASONS)
def test_there_is_a_remedy_for_every_reason(reason: str) -> None:
    assert remedy("quarantined", reason, PRODUCTS, "a.jsonl") is not None


@pytest.mark.parametrize("outcome", ["accepted", "vanished", "requeued", "failed", "interrupted"])
def test_other_files_need_no_help(outcome: str) -> None:
    assert remedy(outcome, None, PRODUCTS, "a.jsonl") is None


@pytest.mark.parametrize("name", ["a b.jsonl", "it's.jsonl", "$(rm).jsonl", "`x`.jsonl", "*.jsonl"])
def test_a_name_is_one_word_for_the_shell(name: str) -> None:
    assert shlex.split(requeue_command(name)) == ["pipeline-assets", "requeue", name]


def test_a_name_that_looks_like_an_option_comes_after_the_options() -> None:
    words = shlex.split(requeue_command("-rf.jsonl", "--force"))
    assert words == ["pipeline-assets", "requeue", "--force", "--", "-rf.jsonl"]
