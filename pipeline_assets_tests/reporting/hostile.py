"""Names and texts as an attacker would choose them for what people look at."""

HOSTILE_TEXTS = (
    "a|b.jsonl",
    "a\\|b.jsonl",
    "a\\",
    "`rm -rf`.jsonl",
    "``` a",
    "<script>alert(1)</script>.jsonl",
    '<img src=x onerror="alert(1)">',
    "[accepted](http-evil).jsonl",
    "![accepted](data:image/png;base64,AAAA)",
    "[x]: y",
    "**bold** _it_ ~~gone~~ $x$",
    "&lt;b&gt; &#124; &amp;",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "===",
    "---",
    "> quote",
    "    code",
    "=HYPERLINK(A1)",
    "@SUM(A1)",
    "-1+1",
    "[red]accepted[/red]",
    "O'Brien & Söhne — 日本.jsonl",
)
"""Each is to be shown just as it is written."""

UNSEEN_TEXTS = {
    "a\nb | c": "\\n",
    "a\r\n# b": "\\r\\n",
    "a\tb": "\\t",
    "a\x1b[2Jb": "\\x1b",
    "fdp.\u202egnp.jsonl": "\\u202e",
    "a\u2066b\u2069": "\\u2066",
    "a\u200bb": "\\u200b",
    "\ufeffa": "\\ufeff",
    "a\u2028b": "\\u2028",
    "a\udcffb": "\\udcff",
    "a\x00b": "\\x00",
}
"""Each holds something that is not seen, which is to be spelled out like this."""
