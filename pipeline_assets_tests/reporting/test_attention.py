"""The list of files that somebody should look at: short enough to be read without a click."""

import re
from dataclasses import replace
from datetime import datetime

from markdown_it import MarkdownIt

from pipeline_assets.catalogue.file_log import LoggedFile
from pipeline_assets.reporting.attention import attention_list
from pipeline_assets.services.operators.update_report import command_for
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS

NOON = datetime(2025, 9, 24, 12)
REFUSED = LoggedFile(
    handled_at=NOON,
    began_at=NOON,
    inbox="product_inbox",
    name="dalby.jsonl",
    company="aldi",
    store_id="G100",
    outcome="quarantined",
    reason="partial",
    message="Only 2 rows have a price.",
    rows_read=2,
    rows_rejected=0,
    prices_new=None,
    prices_changed=None,
    prices_delisted=None,
    run_id=None,
    acknowledged_at=None,
)
ACCEPTED = replace(REFUSED, name="good.jsonl", outcome="accepted", reason=None, message=None)


def test_each_refused_or_halted_file_has_its_reason_and_the_command_that_helps() -> None:
    halted = replace(REFUSED, name="b.jsonl", company=None, store_id=None, outcome="halted")
    halted = replace(halted, reason=None)
    shown = attention_list([REFUSED, ACCEPTED, halted], command_for).splitlines()
    assert shown == [
        "- **partial** `dalby.jsonl` (aldi G100)  ",
        "  `pipeline-assets requeue --force dalby.jsonl`",
        "- **halted** `b.jsonl`  ",
        "  `pipeline-assets requeue b.jsonl`",
    ]


def test_where_nothing_is_to_be_done_it_says_so() -> None:
    acknowledged = replace(REFUSED, acknowledged_at=NOON)
    for files in ([], [ACCEPTED], [acknowledged]):
        assert attention_list(files, command_for).startswith("Nothing: no file")


def test_a_hundred_refused_files_are_counted_where_there_is_no_room() -> None:
    files = [replace(REFUSED, name=f"{number:03}.jsonl") for number in range(100)]
    shown = attention_list(files, command_for)
    lines = shown.splitlines()
    assert len(shown) < 1_000
    assert "000.jsonl" in lines[0]
    assert lines[-1] == f"- … and {100 - len(lines) // 2} more: see `files`"


def test_hostile_names_stay_within_their_code_and_their_line() -> None:
    for name in (*HOSTILE_TEXTS, *UNSEEN_TEXTS):
        shown = attention_list([replace(REFUSED, name=name, store_id=name)], command_for)
        assert len(shown) < 1_000
        page = MarkdownIt("gfm-like", {"linkify": False}).render(shown)
        assert re.findall("<(?!/)([a-z]+)", page) == ["ul", "li", "strong", "code", "br", "code"], (
            page
        )
