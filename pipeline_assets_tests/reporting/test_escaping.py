"""What names from files can do to what people look at: nothing."""

import csv
import io
import os
import subprocess
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline_assets.reporting.escaping import in_csv, in_html, in_markdown, in_shell, visible
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS

# As Dagster's UI reads it: GitHub's tables and strikethrough.
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANY_TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.text("\\`*_[]()~$|<>&#+-=.!0123456789 \n\t:'\"a", min_size=1),
)


def plain(tokens: list[Token]) -> str:
    """The text of inline tokens; fails if one of them is anything but text."""
    assert {token.type for token in tokens} <= {"text", "text_special"}
    return "".join(token.content for token in tokens)


def cells(markdown: str) -> list[str]:
    """The texts of a table's cells, heading first; fails if there is anything else."""
    tokens = MARKDOWN.parse(markdown)
    assert {token.tag for token in tokens if token.tag} <= {
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    return [plain(token.children or []) for token in tokens if token.type == "inline"]


class Page(HTMLParser):
    """Collects what a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_tables_cell_shows_the_text_itself(text: str) -> None:
    table = f"| file | next |\n|---|---|\n| {in_markdown(text)} | x |\n"
    first, second, shown, last = cells(table)
    assert (first, second, shown.strip(), last) == ("file", "next", text.strip(), "x")


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_lists_item_shows_the_text_itself(text: str) -> None:
    tokens = MARKDOWN.parse(f"- {in_markdown(text)}\n")
    assert [token.tag for token in tokens] == ["ul", "li", "p", "", "p", "li", "ul"]
    assert plain(tokens[3].children or []).strip() == text.strip()


@given(ANY_TEXT)
def test_whatever_a_text_holds_it_makes_one_paragraph_of_text(text: str) -> None:
    tokens = MARKDOWN.parse(in_markdown(text))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    shown = plain(tokens[1].children or []) if tokens else ""
    assert shown.strip() == visible(text).strip()


@given(ANY_TEXT)
def test_whatever_a_text_holds_it_makes_one_cell_of_a_table(text: str) -> None:
    found = cells(f"| file | next |\n|---|---|\n| {in_markdown(text)} | x |\n")
    assert found[0::3] == ["file", "x"]
    assert found[2].strip() == visible(text).strip()


@given(ANY_TEXT)
def test_whatever_a_text_holds_it_is_only_text_in_html(text: str) -> None:
    page = Page(f'<p title="{in_html(text)}">{in_html(text)}</p>')
    assert page.tags == ["p"]
    assert page.attributes == [("title", visible(text))]
    assert page.text == visible(text)


@pytest.mark.parametrize(("text", "spelled"), UNSEEN_TEXTS.items())
def test_what_is_not_seen_is_spelled_out_on_one_line(text: str, spelled: str) -> None:
    assert spelled in visible(text)
    assert visible(text).isprintable()
    assert visible(text).splitlines() == [visible(text)]
    assert spelled in in_html(text)
    assert in_markdown(text).isprintable()


def test_spaces_of_other_widths_become_spaces_and_letters_stay_as_they_are() -> None:
    assert visible("20\u00a0g\u3000Müsli 日本") == "20 g Müsli 日本"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\uff201"]
)
def test_a_spreadsheet_takes_no_text_for_a_formula(text: str) -> None:
    assert in_csv(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "Milk 2 l", "2-pack", "'quoted'", '"x",y'])
def test_other_texts_go_into_csv_unchanged(text: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([in_csv(text), "next"])
    assert next(csv.reader(io.StringIO(file.getvalue()))) == [text, "next"]


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, *sorted(UNSEEN_TEXTS.keys() - {"a\x00b"})])
def test_a_shell_reads_the_name_that_was_meant(text: str) -> None:
    assert in_shell(text).isprintable()
    command = f"printf %s {in_shell(text)}"
    said = subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout
    assert said == os.fsencode(text)
