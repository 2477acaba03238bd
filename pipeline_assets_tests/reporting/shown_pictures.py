"""Pictures as a page would show them: decoded from their Markdown, with the colours in them."""

import base64
import io
import re
from collections import Counter

from PIL import Image

_PICTURE = re.compile(r"!\[([^]]*)\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)")


def picture_in(markdown: str) -> Image.Image:
    """The one picture in a text."""
    (found,) = _PICTURE.finditer(markdown)
    assert found.start() == 0
    return decoded(base64.b64decode(found[2], validate=True))


def decoded(png: bytes) -> Image.Image:
    """A PNG as red, green and blue; it has no see-through parts."""
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.format == "PNG"
    assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    return image.convert("RGB")


def colours_in(image: Image.Image) -> Counter[str]:
    """Each colour, as `#rrggbb`, and the number of its pixels."""
    pixels = image.getcolors(image.width * image.height)
    assert pixels is not None
    return Counter({_name(colour): count for count, colour in pixels})


def _name(colour: tuple[int, ...] | float) -> str:
    assert isinstance(colour, tuple)
    return f"#{bytes(colour).hex()}"
