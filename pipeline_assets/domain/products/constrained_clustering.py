"""Items grouped by the labels they share, unless two of them must stay apart.

A step of `partition`; knows only numbers, labels and places, nothing about SKUs, barcodes or match
keys. The cost follows the number of labels and places that the items have, not that of pairs.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType

Labels = Mapping[int, Collection[Hashable]]
"""The labels of every item; the items in ascending order."""
Places = Mapping[int, Collection[Hashable]]
"""Two items with a place in common must stay apart; an item that is left out has none."""
Foes = Mapping[Hashable, Collection[Hashable]]
"""For a place that items may well have in common: the places from which they must stay apart.

Of two such places each is a foe of the other. A place that is left out is its own foe.
"""
NO_FOES: Foes = MappingProxyType({})


def foes_of(places: Iterable[Hashable], foes: Foes) -> Iterator[Hashable]:
    """All places from which an item with these places must stay apart."""
    for place in places:
        yield from foes.get(place, (place,))


def connected(labels: Labels) -> list[list[int]]:
    """The connected components over shared labels, by their first item; items are in order."""
    opener: dict[int, int] = {}
    first_with: dict[Hashable, int] = {}

    def opener_of(item: int) -> int:
        while opener[item] != item:
            opener[item] = item = opener[opener[item]]
        return item

    for item, its_labels in labels.items():
        opener[item] = item
        for label in its_labels:
            one, other = opener_of(item), opener_of(first_with.setdefault(label, item))
            opener[max(one, other)] = min(one, other)
    components: dict[int, list[int]] = defaultdict(list)
    for item in labels:
        components[opener_of(item)].append(item)
    return list(components.values())


def first_come(
    labels: Labels,
    places: Places,
    followers: Mapping[int, Hashable] | None = None,
    foes: Foes = NO_FOES,
) -> tuple[list[list[int]], list[int]]:
    """The groups, and the followers that may join none.

    The items of `labels` come first, then the followers, each with the label of the groups that it
    may join. Without places, the groups are the connected components.
    """
    joining: dict[Hashable, list[int]] = defaultdict(list)
    for item, label in (followers or {}).items():
        joining[label].append(item)
    groups: list[list[int]] = []
    left: list[int] = []
    for component in connected(labels):
        its_labels = {label for item in component for label in labels[item]} if joining else set()
        late = {item: label for label in its_labels for item in joining.get(label, ())}
        if places.keys().isdisjoint(component) and places.keys().isdisjoint(late):
            groups.append(sorted([*component, *late]))
            continue
        clustering = ConstrainedClustering(labels, places, foes)
        for item in component:
            clustering.add(item)
        left += [item for item in sorted(late) if not clustering.join(item, late[item])]
        groups += clustering.groups()
    return groups, left


class ConstrainedClustering:
    """Groups that grow one item at a time. Add items in ascending order; lower ones take priority.

    Groups are as large as first come, first served allows: of two with a label in common, one
    always has a place whose foe the other has.
    """

    def __init__(self, labels: Labels, places: Places, foes: Foes = NO_FOES) -> None:
        self._labels = labels
        self._places = places
        self._foes = foes
        self._groups: list[list[int]] = []  # in the order they were opened; absorbed ones are empty
        self._carrying: dict[Hashable, _Numbers] = defaultdict(_Numbers)
        self._taken: dict[Hashable, _Numbers] = defaultdict(_Numbers)

    def groups(self) -> list[list[int]]:
        """Every group's items, in ascending order; the groups in the order they were opened."""
        return [sorted(group) for group in self._groups if group]

    def add(self, item: int) -> None:
        """Put the item and the groups linked to it into one group, as far as they may share one.

        The linked groups are those that have one of its labels; the one opened first is tried
        first. If the item may join none of them, it opens a new group.
        """
        labels = self._labels[item]
        home = self._first(labels, self._forbidden([item]))
        if home is None:
            home = len(self._groups)
            self._groups.append([])
        self._put(home, item)
        for label in labels:
            self._carrying[label].add(home)
        if len(labels) < 2:
            return  # the groups with its one label are apart from its own already
        other = self._first(labels, self._forbidden(self._groups[home]), home + 1)
        while other is not None:
            self._absorb(home, other)
            other = self._first(labels, self._forbidden(self._groups[home]), other + 1)

    def join(self, item: int, label: Hashable) -> bool:
        """Put the item into the first group with this label that it may share; False if none."""
        home = self._first((label,), self._forbidden([item]))
        if home is not None:
            self._put(home, item)
        return home is not None

    def _put(self, home: int, item: int) -> None:
        self._groups[home].append(item)
        for place in self._places.get(item, ()):
            self._taken[place].add(home)

    def _first(
        self, labels: Collection[Hashable], places: Collection[Hashable], start: int = 0
    ) -> int | None:
        """The first group, from `start` on, with one of the labels and none of the places."""
        taken = [self._taken[place] for place in places if place in self._taken]
        start = max([start, *(numbers.all_below for numbers in taken)])
        linked = [self._carrying[label] for label in labels if label in self._carrying]
        free = _either(linked, start) & ~_either(taken, start)
        return start + _lowest(free) if free else None

    def _forbidden(self, items: Iterable[int]) -> set[Hashable]:
        """The places from which a group of these items must stay apart."""
        return {foe for i in items for foe in foes_of(self._places.get(i, ()), self._foes)}

    def _absorb(self, home: int, number: int) -> None:
        for item in self._groups[number]:
            for index, keys in (
                (self._carrying, self._labels[item]),
                (self._taken, self._places.get(item, ())),
            ):
                for key in keys:
                    index[key].discard(number)
                    index[key].add(home)
        self._groups[home] += self._groups[number]
        self._groups[number] = []


class _Numbers:
    """A set of group numbers. Groups fill in order, so it mostly has all below some number.

    The others are the bits of an integer: what many places have in common takes one operation per
    place, not one per group.
    """

    __slots__ = ("_bits", "all_below")

    def __init__(self) -> None:
        self.all_below = 0
        self._bits = 0  # of the numbers from `all_below` on

    def add(self, number: int) -> None:
        if number >= self.all_below:
            self._settle(self._bits | 1 << (number - self.all_below))

    def discard(self, number: int) -> None:
        bits, self.all_below = self.from_number(0), 0
        self._settle(bits & ~(1 << number))

    def from_number(self, start: int) -> int:
        """The numbers from `start` on, as bits."""
        above = self.all_below - start
        return (1 << above) - 1 | self._bits << above if above > 0 else self._bits >> -above

    def _settle(self, bits: int) -> None:
        run = _lowest(~bits)
        self.all_below += run
        self._bits = bits >> run


def _either(sets: Collection[_Numbers], start: int) -> int:
    return reduce(or_, (numbers.from_number(start) for numbers in sets), 0)


def _lowest(bits: int) -> int:
    """The number of the lowest bit that is set; there must be one."""
    return (bits & -bits).bit_length() - 1
