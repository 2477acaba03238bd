"""What is said where nothing fits a question: why, and what is nearest."""

import difflib
from collections.abc import Sequence

from sqlalchemy import Connection
from stdnum import ean

from pipeline_assets.catalogue.answers import finding
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.domain.asking.questions import Question
from pipeline_assets.domain.normalisation.words import clean_words

_NEAREST = 3
_LONGEST_SHARED_START = 2
_BY_NAME = "Ask by words of its name instead."


def nothing_found(connection: Connection, question: Question) -> str:
    """One or two sentences; texts of the question are in them as they were given."""
    if question.product_id is not None:
        return f"There is no product {question.product_id}, and there never was. {_BY_NAME}"
    if question.barcode is not None:
        return f"No product has the barcode {question.barcode}. {_BY_NAME}"
    if question.not_a_barcode is not None:
        return f"{_why_no_barcode(question.not_a_barcode)} {_BY_NAME}"
    if question.article is not None:
        company, name = question.article
        companies = finding.known_companies(connection)
        if company in companies:
            return f"{company} has no article {name!r}. {_BY_NAME}"
    return _about_words(connection, clean_words(question.words))


def _why_no_barcode(number: str) -> str:
    if not ean.is_valid(number):
        right = f"; with these first digits it would be {ean.calc_check_digit(number[:-1])}"
        return f"{number} is not a barcode: its check digit is wrong{right}."
    return (
        f"{number} is a number that a shop assigns itself, or that of a case, and identifies no "
        "article elsewhere."
    )


def _about_words(connection: Connection, words: Sequence[str]) -> str:
    if not words:
        return (
            "There is no word in this to search for: Latin letters and digits count. Give a "
            "barcode, company/sku, product:ID or words."
        )
    unknown = [word for word in words if not product_ids_of_words(connection, word, 1)]
    if not unknown:
        return "No product has all of these words; each of them occurs. Leave one out."
    near = {word: _nearest(connection, word) for word in unknown}
    told = (
        f"No product has the word {word!r}" + (f"; nearest: {', '.join(found)}" if found else "")
        for word, found in near.items()
    )
    return ". ".join(told) + "."


def _nearest(connection: Connection, word: str) -> list[str]:
    start = word[: max(1, min(_LONGEST_SHARED_START, len(word) - 1))]
    return difflib.get_close_matches(word, finding.words_beginning(connection, start), n=_NEAREST)
