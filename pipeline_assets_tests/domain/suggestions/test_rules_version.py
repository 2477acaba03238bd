"""What is kept of an earlier version must not outlive the rules that it was made by."""

import random
from collections.abc import Iterator
from hashlib import blake2b
from types import ModuleType

from pipeline_assets.domain.brands import vocabulary as of_brands
from pipeline_assets.domain.matching import vocabulary as of_matching
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.suggestions.memory import RULES_VERSION
from pipeline_assets.domain.suggestions.renewal import RenewedCompanies, renewed_companies

# The rules, the model, and what they make of the SKUs below and of lists of words.
PINNED = ("2", "1-189064cc", "14185ec01ce7cd41b5e6af5e77f5fdb2")
TO_DO = (
    "Matching gives another outcome. If the model is the same, raise RULES_VERSION in "
    "domain/suggestions/memory.py: else catalogues keep scores of the old rules. Then pin anew."
)

SPOKEN = (
    "strawberry raspberry jam smooth crunchy peanut butter organic frozen frz peas yoghurt yog "
    "chocolate choc dark milk free range eggs skim lite light beans chilli chili original plain "
    "family pack jar 12 1000 lasagna lasagne wholemeal bread wmeal shampoo conditioner nappies "
    "newborn barbecue bbq sauce mayo mayonnaise cordial cordail tomatoes tomato mcraes d'orsay"
)
WORDS = SPOKEN.split()
BRANDS = (
    "Veldhoen",
    "Quarry Lane",
    "Ottoline Pty Ltd",
    "Brasswick Foods Australia",
    "Life Savers",
    "Lifesavers",
    "McRae's",
    "Hartwell Tolley",
    "Coles",
    "Specially Selected",
    "NEW",
    "Licensee name withheld for privacy reasons",
    None,
)
SIZES = (
    "200g",
    "0.2kg",
    "375mL",
    "6 x 375mL",
    "6 pack",
    "375 g",
    "10 metres",
    "24 washes",
    "Each",
    None,
)
SHELVES = (
    "Pantry › Spreads",
    "Fruit & Vegetables › Fruit",
    "Meat & Seafood › Poultry",
    "Liquor › Wine",
    "Freezer › Vegetables",
    "Pantry › Dried Fruit & Nuts",
    None,
)


def drawn(number: int, company: str, chance: random.Random) -> MatchableSku:
    words = " ".join(chance.sample(WORDS, chance.randint(2, 4)))
    brand, size = chance.choice(BRANDS), chance.choice(SIZES)
    named = f"{brand} {words}" if brand and chance.random() < 0.6 else words
    return MatchableSku(
        sku_id=number,
        company=company,
        sku=f"{number:03}",
        name=f"{named} {size}" if size and chance.random() < 0.3 else named,
        brand=brand,
        size=size,
        category_path=chance.choice(SHELVES),
        description=f"{brand} {words}".upper() if company == "coles" and brand else None,
        price_cents=chance.choice((None, 250, 300, 320, 700, 2_000)),
    )


def sold() -> dict[str, list[MatchableSku]]:
    """Many of the second company's SKUs are the first's, some of them a little changed."""
    chance = random.Random("rules")
    ours = [drawn(number, "aldi", chance) for number in range(240)]
    theirs = [drawn(number, "coles", chance) for number in range(300, 540)]
    for place, sku in enumerate(ours[:220]):
        other = theirs[place]
        words = sku.name.split()
        if place % 6 == 0:
            words.append(chance.choice(WORDS))
        is_of_other_brand = place % 2 == 0 and sku.brand is not None
        brand = sku.brand
        if is_of_other_brand:
            words = [word for word in words if word not in str(sku.brand).split()]
            brand = chance.choice(BRANDS[:6])
        else:
            words = chance.sample(words, len(words))
        theirs[place] = MatchableSku(
            sku_id=other.sku_id,
            company="coles",
            sku=other.sku,
            name=" ".join(words),
            brand=brand,
            size=other.size if place % 7 == 6 else sku.size,
            category_path=sku.category_path if place % 5 else other.category_path,
            description=f"{brand} {' '.join(words)}".upper() if place % 4 == 1 else None,
            price_cents=sku.price_cents,
        )
    return {"aldi": ours, "coles": theirs}


def outcome(known: RenewedCompanies) -> Iterator[str]:
    """All that is kept, whatever the format, and the words that rules know."""
    for company in known.companies.values():
        for lists in (company.memory.words.said, company.memory.words.kinds):
            yield f"{lists.vocabulary} {lists.numbers.tolist()} {lists.counts.tolist()}"
    memory = known.pair(("aldi", "coles"), b"").memory
    for pairs in (memory.pairs, memory.kinds):
        assert likely(pairs.scores_e6.tolist()) >= 20, "too few are no test of the rules"
        yield f"{pairs.a.tolist()} {pairs.b.tolist()} {pairs.of_a.tolist()} {pairs.of_b.tolist()}"
        yield f"{pairs.cosines_e6.tolist()} {pairs.scores_e6.tolist()}"
    yield from map(str, word_lists(of_matching))
    yield from map(str, word_lists(of_brands))


def likely(scores: list[int]) -> int:
    return sum(score > 1 for score in scores)


def word_lists(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in sorted(vars(module).items()):
        if isinstance(value, frozenset):
            yield name, sorted(value)
        elif isinstance(value, dict) and not name.startswith("__"):
            yield name, [(key, sorted(value[key])) for key in sorted(value)]


def test_the_version_of_the_rules_is_raised_when_their_outcome_changes() -> None:
    model = shipped_model()
    known = renewed_companies(sold(), {"aldi": b"", "coles": b""}, model)
    digest = blake2b("\n".join(outcome(known)).encode(), digest_size=16).hexdigest()
    assert (RULES_VERSION, model.model_version, digest) == PINNED, TO_DO
