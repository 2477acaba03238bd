"""The scripts of an HTML page, without the rest: found in time that is linear in the page's size.

A parser that builds the whole tree looks at every open element for each new one, so tags nested
200,000 deep keep it busy for minutes. Nothing but the scripts is of interest here, and what is one
shows without a tree. Source: HTML Living Standard, §13.2.5 (tokenization).
"""

import re
from collections.abc import Iterator

_SPACE = rb" \t\n\f\r"
# A tag's attributes. Quotes count only in a value, so a `>` in a quoted value does not end the tag.
# Possessive throughout: nothing is tried twice.
_ATTRIBUTES = rb"""
    (?: [%(S)b/]++
      | [^%(S)b/>] [^%(S)b/>=]*+ [%(S)b]*+
        (?: = [%(S)b]*+ (?: "[^"]*+" | '[^']*+' | [^%(S)b"'>] [^%(S)b>]*+ | (?=>) ) | (?!=) )
    )*+
"""
_TOKEN = re.compile(
    (
        rb"""
          <!--(?: -?> | (?s:.)*?(?: --!?> | \Z ) )
        | < [!?] [^>]*+ >
        | </ [^a-zA-Z>] [^>]*+ >
        | < (?P<end>/?) (?P<name>[a-zA-Z][^%(S)b/>]*+) (?P<attributes>"""
        + _ATTRIBUTES
        + rb""") >
        """
    )
    % {b"S": _SPACE},
    re.VERBOSE,
)
_BEGINS = re.compile(rb"<(?=[a-zA-Z!?]|/[^>])")
# What ends a script, or makes it go on past its end tag: `<!-- <script> </script> --> </script>`.
_IN_SCRIPT = re.compile(rb"<!--|-->|<(?P<end>/?)script(?=[%b/>])" % _SPACE, re.IGNORECASE)
# What these hold is text up to their end tag.
_END_OF_TEXT = {
    name: re.compile(rb"</%b(?=[%b/>])" % (name, _SPACE), re.IGNORECASE)
    for name in (b"title", b"textarea", b"style", b"xmp", b"iframe", b"noembed", b"noframes")
}


def page_scripts(html: bytes) -> bytes:
    """The page's script elements one after the other, each exactly as it stands in the page.

    Left out like everything else: what only looks like a script, in a comment, an attribute's value
    or a text, and what a `template` holds.
    """
    return b"".join(_scripts(html))


def _scripts(html: bytes) -> Iterator[bytes]:
    templates, place = 0, 0
    while (token := _next_token(html, place)) is not None:
        place = token.end()
        name = (token["name"] or b"").lower()
        if name == b"template":
            templates = max(0, templates - 1) if token["end"] else templates + 1
        elif token["end"]:
            continue
        elif name == b"script":
            end = _end_of_script(html, place)
            if not templates:
                yield html[token.start() : end]
                yield b"</script>" if end < len(html) else b""
            place = end
        elif name in _END_OF_TEXT and not token["attributes"].endswith(b"/"):  # empty in SVG
            closing = _END_OF_TEXT[name].search(html, place)
            place = len(html) if closing is None else closing.start()
        elif name == b"plaintext":
            return


def _next_token(html: bytes, place: int) -> re.Match[bytes] | None:
    """The next tag or comment; None at the end, also where that is within a tag."""
    begins = _BEGINS.search(html, place)
    return None if begins is None else _TOKEN.match(html, begins.start())


def _end_of_script(html: bytes, place: int) -> int:
    """Where the end tag of the script that begins at `place` is; the page's end without one."""
    is_escaped = is_nested = False
    while (mark := _IN_SCRIPT.search(html, place)) is not None:
        place = mark.end()
        if mark[0] == b"<!--":
            is_escaped = True
            place -= 2  # `<!-->` begins and ends
        elif mark[0] == b"-->":
            is_escaped = is_nested = False
        elif mark["end"]:
            if not is_nested:
                return mark.start()
            is_nested = False
        else:
            is_nested = is_escaped
    return len(html)
