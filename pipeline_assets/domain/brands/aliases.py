"""Which brand each name stands for, given the translations: a plan, nothing is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Alias:
    """A normalised brand name, how it is spelled, and the brand it stands for now."""

    alias: str
    spelling: str
    brand_normalised_name: str


@dataclass(frozen=True, slots=True)
class TranslatedTo:
    """The canonical name that an alias was translated to, and how that name is shown."""

    canonical: str
    spelling: str


class KnownBrand(NamedTuple):
    """A brand that already exists, and how it is shown."""

    brand_id: int
    name: str


@dataclass(frozen=True, slots=True)
class AliasPlan:
    """The changes that make every alias stand for the brand it was translated to, and no other.

    `created`: new brands, as normalised name → how it is shown; `moved`: alias → normalised name of
    its new brand; `renamed`: brand_id → how it is now shown; `brand_count`: how many brands the
    aliases stand for.
    """

    created: Mapping[str, str]
    moved: Mapping[str, str]
    renamed: Mapping[int, str]
    brand_count: int


def plan_aliases(
    aliases: Collection[Alias],
    translated: Mapping[str, TranslatedTo],
    known: Mapping[str, KnownBrand],
) -> AliasPlan:
    """The changes to the aliases; an alias that is not in `translated` is a brand of its own.

    `known` has the brands by normalised name, including those without an alias.
    """
    spellings = {alias.alias: alias.spelling for alias in aliases}
    spellings |= {to.canonical: to.spelling for to in translated.values()}
    canonical = {
        alias.alias: translated[alias.alias].canonical if alias.alias in translated else alias.alias
        for alias in aliases
    }
    wanted = set(canonical.values())
    return AliasPlan(
        created={name: spellings[name] for name in sorted(wanted - known.keys())},
        moved={
            alias.alias: canonical[alias.alias]
            for alias in aliases
            if alias.brand_normalised_name != canonical[alias.alias]
        },
        renamed={
            known[name].brand_id: spellings[name]
            for name in sorted(wanted & known.keys())
            if known[name].name != spellings[name]
        },
        brand_count=len(wanted),
    )
