"""Which brands are merged: the surest pair first, then the rest are judged again.

Belongs here: which pairs are judged, and the order of merging. What confirms a pair is in
`confirmation`, the resulting plan in `plan`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import chain, combinations

from pipeline_assets.domain.brands.clusters import (
    BrandFacts,
    Cluster,
    Confirmed,
    Evidence,
    are_strangers,
    decided_evidence,
    relations,
)
from pipeline_assets.domain.brands.confirmation import BrandThresholds, Shared, confirm
from pipeline_assets.domain.brands.decisions import DecidedBrands
from pipeline_assets.domain.brands.goods import called_letters
from pipeline_assets.domain.brands.names import Relation
from pipeline_assets.domain.normalisation.words import singular

# What a hostile file can have any number of; real files have two of each.
MOST_OF_A_BARCODE = 16  # names; a barcode of more is no evidence about any of them
MOST_OF_THE_LETTERS = 16  # names that are compared because their letters are the same
MOST_OF_A_BRAND = 16  # spellings; a larger brand is merged no further


@dataclass(frozen=True, slots=True)
class DeclinedPair:
    """Two brands (canonical names) that stay separate though related, and why, for operators."""

    brand_a: str
    brand_b: str
    shared_barcodes: int
    reason: str


def merge_brands(
    brands: Iterable[BrandFacts], thresholds: BrandThresholds, decided: DecidedBrands
) -> tuple[list[Cluster], list[DeclinedPair]]:
    """The clusters with several names, and the related pairs that stay separate, both in order."""
    work = _Merging(brands, thresholds, decided)
    work.run()
    return work.merged(), work.declined()


# The surest rule, the most barcodes, the names; then the two numbers and why.
_Entry = tuple[int, int, str, str, int, int, Evidence]


class _Merging:
    """The clusters by number. A number is not reused once its cluster is part of another."""

    def __init__(
        self, brands: Iterable[BrandFacts], thresholds: BrandThresholds, decided: DecidedBrands
    ) -> None:
        named = (replace(brand, decided=decided.groups.get(brand.name)) for brand in brands)
        ordered = sorted(_telling(named), key=lambda brand: brand.name)
        self._thresholds = thresholds
        self._decided = decided
        self._live = {number: Cluster.of(brand) for number, brand in enumerate(ordered)}
        self._next = len(ordered)
        self._shared: dict[int, int] = {}
        self._owners: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for barcode in cluster.barcodes:
                self._owners[barcode].add(number)
        self._neighbours: dict[int, set[int]] = defaultdict(set)
        for one, other in self._candidates():
            self._neighbours[one].add(other)
            self._neighbours[other].add(one)

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """The pairs worth judging.

        Those with a barcode in common, with the same letters in a name (plural or not), and those
        of which one begins a longer name, or the titles of the other's goods.
        """
        same_letters: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for spelling in cluster.spellings:
                same_letters[singular(spelling.read.joined)].add(number)
        alike = {key: of for key, of in same_letters.items() if len(of) <= MOST_OF_THE_LETTERS}
        for numbers in chain(self._owners.values(), alike.values()):
            yield from combinations(sorted(numbers), 2)
        for number, cluster in self._live.items():
            for letters in _names_within(cluster):
                for other in alike.get(letters, ()):
                    if other != number:
                        yield number, other

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for one, others in self._neighbours.items():
            yield from ((one, other) for other in others if one < other)

    def run(self) -> None:
        self._merge_what_is_decided()
        queue = [entry for pair in self._pairs() if (entry := self._entry(*pair))]
        heapify(queue)
        while queue:
            *_, one, other, evidence = heappop(queue)
            if one in self._live and other in self._live:
                merged = self._merge(one, other, evidence)
                for neighbour in self._neighbours[merged]:
                    if entry := self._entry(neighbour, merged):
                        heappush(queue, entry)

    def _merge_what_is_decided(self) -> None:
        first_of: dict[str, int] = {}
        for number, cluster in list(self._live.items()):
            (brand,) = cluster.members
            if brand.decided is None:
                continue
            if brand.decided in first_of:
                one = first_of[brand.decided]
                evidence = decided_evidence(self._live[one], cluster)
                first_of[brand.decided] = self._merge(one, number, evidence)
            else:
                first_of[brand.decided] = number

    def merged(self) -> list[Cluster]:
        return [cluster for cluster in self._live.values() if cluster.merges]

    def declined(self) -> list[DeclinedPair]:
        verdicts = [self._judge(*pair) for pair in self._pairs()]
        pairs = [verdict for verdict in verdicts if isinstance(verdict, DeclinedPair)]
        return sorted(pairs, key=lambda pair: (pair.brand_a, pair.brand_b))

    def _entry(self, one: int, other: int) -> _Entry | None:
        if are_strangers(self._live[one], self._live[other]):
            return None
        verdict = self._judge(one, other)
        if not isinstance(verdict, Evidence):
            return None
        first, second = sorted((verdict.name_a, verdict.name_b))
        rule = int(verdict.relation.rule)
        return rule, -verdict.shared_barcodes, first, second, one, other, verdict

    def _merge(self, one: int, other: int, evidence: Evidence) -> int:
        number, self._next = self._next, self._next + 1
        cluster = self._live.pop(one).joined(self._live.pop(other), evidence)
        self._live[number] = cluster
        for barcode in cluster.barcodes:
            self._owners[barcode] -= {one, other}
            self._owners[barcode].add(number)
        neighbours = self._neighbours.pop(one, set()) | self._neighbours.pop(other, set())
        neighbours -= {one, other}
        self._neighbours[number] = neighbours
        for neighbour in neighbours:
            self._neighbours[neighbour] -= {one, other}
            self._neighbours[neighbour].add(number)
        return number

    def _judge(self, one: int, other: int) -> Evidence | DeclinedPair | None:
        """Why two clusters are one brand, or why not although some of their names are related."""
        a, b = self._live[one], self._live[other]
        related, strangers, siblings = relations(a, b)
        if not related or self._decided.are_barred(a.groups, b.groups):
            return None
        shared = len(a.barcodes & b.barcodes)
        objections: list[str] = []
        if len(a.spellings) + len(b.spellings) > MOST_OF_A_BRAND:
            objections.append(f"a brand has at most {MOST_OF_A_BRAND} spellings")
            related = []
        if strangers:
            objections.append("{} and {} are not related".format(*min(strangers)))
            related = []
        for each in related:
            agreement = self._agreement(one, other, each.relation, shared)
            verdict = confirm(a, b, each, Shared(shared, agreement), self._thresholds)
            if isinstance(verdict, Confirmed) and siblings and verdict.by in ("names", "barcodes"):
                verdict = "{} and {} are not related".format(*min(siblings))
            if isinstance(verdict, Confirmed):
                return Evidence(each.name_a, each.name_b, each.relation, shared, agreement, verdict)
            objections.append(verdict)
        first, second = sorted((a.canonical.name, b.canonical.name))
        return DeclinedPair(first, second, shared, objections[0])

    def _agreement(self, one: int, other: int, relation: Relation, shared: int) -> float | None:
        sides = ((one, relation.is_loose_a), (other, relation.is_loose_b))
        totals = [self._shared_with_anyone(number) for number, is_loose in sides if is_loose]
        parts = [shared / total for total in totals if total]
        return min(parts, default=1.0) if totals else None

    def _shared_with_anyone(self, number: int) -> int:
        # Does not change while the cluster lives: others that have a barcode only become one.
        if number not in self._shared:
            barcodes = self._live[number].barcodes
            self._shared[number] = sum(len(self._owners[barcode]) > 1 for barcode in barcodes)
        return self._shared[number]


def _names_within(cluster: Cluster) -> set[str]:
    """Letters of shorter names that its names begin with, and of all that its goods begin with."""
    begun = {
        singular(letters) for spelling in cluster.spellings for letters in spelling.read.beginnings
    }
    return begun | called_letters(cluster.goods)


def _telling(brands: Iterable[BrandFacts]) -> list[BrandFacts]:
    """The brands without the barcodes that too many names have."""
    given = list(brands)
    names = Counter(barcode for brand in given for barcode in brand.barcodes)
    crowded = {barcode for barcode, count in names.items() if count > MOST_OF_A_BARCODE}
    if not crowded:
        return given
    return [replace(brand, barcodes=brand.barcodes - crowded) for brand in given]
