"""Items gathered by labels: linked items come together, a cannot-link pair never does."""

from collections.abc import Mapping, Set

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.products.constrained_clustering import (
    ConstrainedClustering,
    connected,
    first_come,
)

LABELS = st.lists(st.frozensets(st.sampled_from("abcde"), max_size=3), max_size=9)
PLACES = st.dictionaries(st.integers(0, 8), st.frozensets(st.integers(0, 5), max_size=3))


def cluster(labels: list[frozenset[str]], places: Mapping[int, Set[int]]) -> list[list[int]]:
    clustering = ConstrainedClustering(dict(enumerate(labels)), places)
    for item, _ in enumerate(labels):
        clustering.add(item)
    return clustering.groups()


def test_a_later_item_brings_earlier_groups_together() -> None:
    assert cluster([frozenset("a"), frozenset("b"), frozenset("c"), frozenset("ab")], {}) == [
        [0, 1, 3],
        [2],
    ]


def test_an_item_goes_with_the_first_group_that_it_may_share() -> None:
    a = frozenset("a")
    assert cluster([a, a, a], {0: {7, 8}, 1: {7}, 2: {8}}) == [[0], [1, 2]]


def test_joining_opens_no_group() -> None:
    clustering = ConstrainedClustering({0: "a"}, {1: {7}, 0: {7}})
    clustering.add(0)
    assert [clustering.join(1, "a"), clustering.join(2, "b"), clustering.join(3, "a")] == [
        False,
        False,
        True,
    ]
    assert clustering.groups() == [[0, 3]]


@settings(derandomize=False, deadline=None)
@given(LABELS, PLACES)
def test_groups_are_linked_and_only_a_common_place_keeps_linked_groups_apart(
    labels: list[frozenset[str]], places: dict[int, frozenset[int]]
) -> None:
    groups = cluster(labels, places)

    def apart(one: int, other: int) -> bool:
        return bool(places.get(one, frozenset()) & places.get(other, frozenset()))

    assert sorted(item for group in groups for item in group) == list(range(len(labels)))
    for group in groups:
        assert not any(apart(i, j) for i in group for j in group if i != j)
        reached = set(group[:1])
        for _ in group:
            reached |= {i for i in group if any(labels[i] & labels[j] for j in reached)}
        assert reached == set(group)
    for one in groups:
        for other in groups:
            if one is not other and any(labels[i] & labels[j] for i in one for j in other):
                assert any(apart(i, j) for i in one for j in other)


@settings(derandomize=False, deadline=None)
@given(LABELS, PLACES, st.lists(st.sampled_from("abcde"), max_size=5))
def test_components_come_to_what_one_clustering_of_all_comes_to(
    labels: list[frozenset[str]], places: dict[int, frozenset[int]], late: list[str]
) -> None:
    whole = ConstrainedClustering(dict(enumerate(labels)), places)
    for item, _ in enumerate(labels):
        whole.add(item)
    used = frozenset[str]().union(*labels)
    followers = {item: label for item, label in enumerate(late, len(labels)) if label in used}
    left = [item for item, label in followers.items() if not whole.join(item, label)]
    groups, left_there = first_come(dict(enumerate(labels)), places, followers)
    assert (sorted(groups), sorted(left_there)) == (sorted(whole.groups()), left)


@given(LABELS)
def test_connected_items_are_those_that_a_walk_over_labels_reaches(
    labels: list[frozenset[str]],
) -> None:
    components = connected(dict(enumerate(labels)))
    assert [component[0] for component in components] == sorted(c[0] for c in components)
    for item, its_labels in enumerate(labels):
        reached, seen = {item}, set(its_labels)
        for _ in labels:
            reached |= {i for i, other in enumerate(labels) if other & seen}
            seen = seen.union(*(labels[i] for i in reached))
        assert [sorted(reached)] == [c for c in components if item in c]
