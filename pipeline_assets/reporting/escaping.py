"""Text from files, made harmless for the place where it is shown.

Whoever writes a file chooses its name and its texts. Shown as they are, they could forge a table's
row, a link or a picture, turn the reading direction, steer a terminal or start a formula.
"""

import html
import os
import re
import shlex
import unicodedata

# What has a meaning within a line of Markdown. Character references need no look at what surrounds
# them, so a cell's border is one.
_IN_A_LINE = str.maketrans(
    {**{sign: f"\\{sign}" for sign in "\\`*_[]~$"}, **{sign: f"&#{ord(sign)};" for sign in "|<>&"}}
)
# What has one only where a line begins: headings, lists, rules, code.
_AT_THE_START = re.compile(r"([#+\-=]|\d+(?=[.)]))")
# What spreadsheets read as the start of a formula; in some languages, wide forms are signs as well.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def visible(text: str) -> str:
    r"""The text on one line, with everything that is not seen in it spelled out: `\n`, `\u202e`.

    That is control characters, line ends, marks that turn the direction, zero-width ones, and
    bytes of a file's name that are no text. Other spaces than the usual one become it.
    """
    if text.isprintable():
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign.isprintable():
        return sign
    if unicodedata.category(sign) == "Zs":
        return " "
    return sign.encode("unicode_escape").decode("ascii")


def in_markdown(text: str) -> str:
    """The text as Markdown that shows just this text, in a table's cell, a list or a paragraph.

    An address in it may still become a link, to where it says.
    """
    escaped = visible(text).translate(_IN_A_LINE)
    start = _AT_THE_START.match(escaped)
    if escaped.startswith(" "):
        return f"&#32;{escaped[1:]}"
    if start is None:
        return escaped
    if start[1].isdigit():
        return f"{start[1]}\\{escaped[start.end() :]}"
    return f"\\{escaped}"


def in_code(text: str) -> str:
    """The text as a code span of Markdown, which is as readable where it is shown as it is."""
    text = visible(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def in_html(text: str) -> str:
    """The text as HTML that shows just this text, in an element or in a quoted attribute."""
    return html.escape(visible(text))


def in_csv(text: str) -> str:
    """The text for a cell of a CSV file; a spreadsheet does not take it for a formula.

    The writer of the file quotes separators and line ends.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def in_shell(text: str) -> str:
    """The text as one word of a shell's command; what is not seen is spelled out, as bash reads it.

    A name that starts with `-` is still taken for an option: put `--` before it.
    """
    if text.isprintable():
        return shlex.quote(text)
    spelled = (
        chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "'\\" else f"\\x{byte:02x}"
        for byte in os.fsencode(text)
    )
    return f"$'{''.join(spelled)}'"
