"""Items grouped by the labels they share, unless two of them must stay apart.

A step of `partition`; knows only numbers and labels, nothing about SKUs, barcodes or match keys.
"""

from collections.abc import Hashable, Mapping, Set
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Group:
    opener: int
    members: set[int]
    labels: set[Hashable]


class ConstrainedClustering:
    """Groups that grow one item at a time. Add items in ascending order; lower ones take priority.

    `cannot_link` gives for each item those it must not share a group with, in both directions.
    Without any, the groups are the connected components over shared labels. With them, groups are
    as large as first come, first served allows, and two groups with a label in common always
    contain a cannot-link pair.
    """

    def __init__(self, cannot_link: Mapping[int, Set[int]]) -> None:
        self._cannot_link = cannot_link
        self._groups: dict[int, _Group] = {}  # by opener
        self._by_label: dict[Hashable, list[_Group]] = {}

    def groups(self) -> list[list[int]]:
        """Every group's items, in ascending order; the groups in the order they were opened."""
        return [sorted(group.members) for group in self._groups.values()]

    def add(self, item: int, labels: Set[Hashable]) -> None:
        """Put the item and the groups linked to it into one group, as far as they may share one.

        The linked groups are those that have one of its labels; the one opened first is tried
        first. If the item may join none of them, it opens a new group.
        """
        home: _Group | None = None
        for group in self._linked(labels):
            if home is None:
                if self._may_share({item}, group.members):
                    home = group
                    home.members.add(item)
            elif self._may_share(home.members, group.members):
                self._absorb(home, group)
        if home is None:
            home = self._groups[item] = _Group(item, {item}, set())
        self._index(home, labels)

    def join(self, item: int, label: Hashable) -> bool:
        """Put the item into the first group with this label that it may share; False if none."""
        for group in self._linked({label}):
            if self._may_share({item}, group.members):
                group.members.add(item)
                return True
        return False

    def _linked(self, labels: Set[Hashable]) -> list[_Group]:
        linked = {g.opener: g for label in labels for g in self._by_label.get(label, ())}
        return [linked[opener] for opener in sorted(linked)]

    def _may_share(self, some: set[int], others: set[int]) -> bool:
        if not self._cannot_link:
            return True
        if len(some) > len(others):
            some, others = others, some
        return all(
            self._cannot_link[item].isdisjoint(others) for item in some if item in self._cannot_link
        )

    def _absorb(self, home: _Group, group: _Group) -> None:
        home.members |= group.members
        for label in group.labels:
            self._by_label[label].remove(group)
        self._index(home, group.labels)
        del self._groups[group.opener]

    def _index(self, group: _Group, labels: Set[Hashable]) -> None:
        for label in labels - group.labels:
            self._by_label.setdefault(label, []).append(group)
        group.labels |= labels
