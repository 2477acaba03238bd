"""Several drawings as Markdown with the pictures in it, within a limit of size.

An event is stored with its pictures, and read with them whenever the UI lists it. What would be
too much is drawn coarser, and left out in the end.
"""

import base64
import io
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pipeline_assets.reporting.escaping import in_markdown
from pipeline_assets.reporting.pictures.drawing import (
    COLOURS,
    PAPER,
    SHADES,
    Detail,
    Drawing,
)

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 60_000
"""The most that the pictures of one event may take together, as Markdown."""

DETAILS = (Detail(96, 1.0), Detail(72, 0.5), Detail(48, 0.25))
"""From the finest to the coarsest."""

_log = logging.getLogger(__name__)


def pictures(drawings: Sequence[Drawing], most_bytes: int = MOST_BYTES) -> dict[str, str]:
    """Each drawing as Markdown, by its name: a picture, or a sentence why there is none."""
    shown: dict[str, str] = {}
    for detail in DETAILS:
        shown = {drawing.name: _shown(drawing, detail) for drawing in drawings}
        if _size(shown) <= most_bytes:
            return shown
    for name in sorted(shown, key=lambda name: len(shown[name]), reverse=True):
        shown[name] = "This picture is left out, as it would be too large to be kept."
        if _size(shown) <= most_bytes:
            break
    return shown


def png(drawing: Drawing, detail: Detail) -> bytes:
    """The picture of a drawing that is not empty."""
    # Not pyplot: it keeps all figures, and chooses a window system.
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(drawing.size_inches, detail.dots_per_inch, facecolor=PAPER)
    drawing.draw(figure, detail)
    pixels, written = io.BytesIO(), io.BytesIO()
    figure.savefig(pixels, format="rgba")
    drawn = Image.frombytes("RGBA", figure.canvas.get_width_height(), pixels.getvalue())
    # With few colours a picture takes a third.
    drawn.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE).save(written, "PNG")
    return written.getvalue()


@cache
def _palette() -> "Image.Image":
    """All colours that drawings use, and what lies between ink and paper, for smooth writing."""
    from PIL import Image

    # 0x22 to 0xff in steps of 0x11: 0xbb, the grey, is one of them.
    greys = [f"#{level:02x}{level:02x}{level:02x}" for level in range(0x22, 0x100, 0x11)]
    rgb = [bytes.fromhex(colour[1:]) for colour in (*greys, *COLOURS, *SHADES)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(rgb))
    return palette


def _shown(drawing: Drawing, detail: Detail) -> str:
    empty = drawing.why_empty()
    if empty is not None:
        return in_markdown(empty)
    try:
        encoded = base64.b64encode(png(drawing, detail)).decode()
    except Exception as error:  # what it shows is done and recorded: a picture must not undo it
        _log.warning("Picture %s could not be drawn.", drawing.name, exc_info=True)
        return in_markdown(f"This picture could not be drawn: {type(error).__name__}: {error}")
    picture = f"![{drawing.alternative}](data:image/png;base64,{encoded})"
    note = drawing.note(detail)
    return f"{picture}\n\n{in_markdown(note)}" if note else picture


def _size(shown: Mapping[str, str]) -> int:
    return sum(len(text.encode()) for text in shown.values())
