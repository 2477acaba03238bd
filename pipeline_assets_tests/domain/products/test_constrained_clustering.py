"""Items gathered by labels: everything that is linked comes together, foes never do."""

from collections.abc import Mapping, Set

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.products.constrained_clustering import Gathering

LABELS = st.lists(st.frozensets(st.sampled_from("abcde"), max_size=3), max_size=9)
PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=6)


def gather(labels: list[frozenset[str]], foes: Mapping[int, Set[int]]) -> list[list[int]]:
    gathering = Gathering(foes)
    for item, its_labels in enumerate(labels):
        gathering.add(item, its_labels)
    return gathering.groups()


def test_a_later_item_brings_earlier_groups_together() -> None:
    assert gather([frozenset("a"), frozenset("b"), frozenset("c"), frozenset("ab")], {}) == [
        [0, 1, 3],
        [2],
    ]


def test_an_item_goes_with_the_first_group_that_has_no_foe_of_it() -> None:
    a = frozenset("a")
    assert gather([a, a, a], {0: {1, 2}, 1: {0}, 2: {0}}) == [[0], [1, 2]]


def test_joining_opens_no_group() -> None:
    gathering = Gathering({1: {0}, 0: {1}})
    gathering.add(0, frozenset("a"))
    assert [gathering.join(1, "a"), gathering.join(2, "b"), gathering.join(3, "a")] == [
        False,
        False,
        True,
    ]
    assert gathering.groups() == [[0, 3]]


@settings(derandomize=False, deadline=None)
@given(LABELS, PAIRS)
def test_groups_are_linked_and_only_foes_keep_linked_groups_apart(
    labels: list[frozenset[str]], pairs: list[tuple[int, int]]
) -> None:
    foes: dict[int, set[int]] = {}
    for a, b in pairs:
        if a != b:
            foes.setdefault(a, set()).add(b)
            foes.setdefault(b, set()).add(a)
    groups = gather(labels, foes)
    assert sorted(item for group in groups for item in group) == list(range(len(labels)))
    for group in groups:
        assert not any(foes.get(item, set()) & set(group) for item in group)
        reached = set(group[:1])
        for _ in group:
            reached |= {i for i in group if any(labels[i] & labels[j] for j in reached)}
        assert reached == set(group)
    for one in groups:
        for other in groups:
            if one is not other and any(labels[i] & labels[j] for i in one for j in other):
                assert any(foes.get(i, set()) & set(other) for i in one)
