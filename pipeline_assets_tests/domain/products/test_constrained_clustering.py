"""Items gathered by labels: linked items come together, a cannot-link pair never does."""

from collections.abc import Mapping, Set

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.products.constrained_clustering import ConstrainedClustering

LABELS = st.lists(st.frozensets(st.sampled_from("abcde"), max_size=3), max_size=9)
PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=6)


def cluster(labels: list[frozenset[str]], cannot_link: Mapping[int, Set[int]]) -> list[list[int]]:
    clustering = ConstrainedClustering(cannot_link)
    for item, its_labels in enumerate(labels):
        clustering.add(item, its_labels)
    return clustering.groups()


def test_a_later_item_brings_earlier_groups_together() -> None:
    assert cluster([frozenset("a"), frozenset("b"), frozenset("c"), frozenset("ab")], {}) == [
        [0, 1, 3],
        [2],
    ]


def test_an_item_goes_with_the_first_group_that_it_may_share() -> None:
    a = frozenset("a")
    assert cluster([a, a, a], {0: {1, 2}, 1: {0}, 2: {0}}) == [[0], [1, 2]]


def test_joining_opens_no_group() -> None:
    clustering = ConstrainedClustering({1: {0}, 0: {1}})
    clustering.add(0, frozenset("a"))
    assert [clustering.join(1, "a"), clustering.join(2, "b"), clustering.join(3, "a")] == [
        False,
        False,
        True,
    ]
    assert clustering.groups() == [[0, 3]]


@settings(derandomize=False, deadline=None)
@given(LABELS, PAIRS)
def test_groups_are_linked_and_only_cannot_links_keep_linked_groups_apart(
    labels: list[frozenset[str]], pairs: list[tuple[int, int]]
) -> None:
    cannot_link: dict[int, set[int]] = {}
    for a, b in pairs:
        if a != b:
            cannot_link.setdefault(a, set()).add(b)
            cannot_link.setdefault(b, set()).add(a)
    groups = cluster(labels, cannot_link)
    assert sorted(item for group in groups for item in group) == list(range(len(labels)))
    for group in groups:
        assert not any(cannot_link.get(item, set()) & set(group) for item in group)
        reached = set(group[:1])
        for _ in group:
            reached |= {i for i in group if any(labels[i] & labels[j] for j in reached)}
        assert reached == set(group)
    for one in groups:
        for other in groups:
            if one is not other and any(labels[i] & labels[j] for i in one for j in other):
                assert any(cannot_link.get(i, set()) & set(other) for i in one)
