"""What somebody who asks for a price means: a barcode, an article, a product, words."""

import re
from dataclasses import dataclass

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode

_PRODUCT = re.compile(r"product:([0-9]{1,18})", re.IGNORECASE)
_ARTICLE = re.compile(r"([^\s/]+)/(\S.*)")
_NUMBER = re.compile(r"[0-9]{8}|[0-9]{12,14}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for; of the first four, at most one is there.

    `barcode` is a GTIN-13; `product_id` may be retired; `article` is (company, SKU), if there is
    such a company. `words` is all of the question, to be searched for where nothing else fits.
    `not_a_barcode` is a number as long as a barcode that is none.
    """

    words: str
    barcode: str | None = None
    product_id: int | None = None
    article: tuple[str, str] | None = None
    not_a_barcode: str | None = None


def question_of(text: str) -> Question:
    """What a text asks for."""
    text = " ".join(text.split())
    product = _PRODUCT.fullmatch(text)
    if product is not None:
        return Question(text, product_id=int(product[1]))
    number = text.replace(" ", "").replace("-", "")
    if _NUMBER.fullmatch(number):
        barcode = normalise_barcode(number, sku="")
        return Question(text, barcode=barcode, not_a_barcode=None if barcode else number)
    article = _ARTICLE.fullmatch(text)
    return Question(text, article=None if article is None else (article[1].lower(), article[2]))
