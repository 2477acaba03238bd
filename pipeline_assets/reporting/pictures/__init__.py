"""Small pictures of what the catalogue's figures say, as PNGs within Markdown.

`drawing` says what a drawing is and what all have in common, `sheet` draws several within a limit
of size; each other module is one kind of drawing. matplotlib is imported when the first is drawn.
"""
