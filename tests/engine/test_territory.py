from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine.territory import Move, Start, carried, parts
from tests.engine.twins_territory import slow_merged

BEFORE, DAY, AFTER = date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31)


def move(old, new, inhabitants=None, area=None, *, on=DAY, partial=False):
    return Move(old, new, on, inhabitants, area, partial)


def counts(result):
    return {key: (count.inhabitants, count.parts) for key, count in result.counts.items()}


def test_a_divided_municipality_is_split_by_the_inhabitants_that_moved():
    starts = {"A": Start(101, BEFORE), "B": Start(10, BEFORE)}
    moves = [move("A", "B", 2), move("A", "C", 1)]
    assert counts(carried(starts, moves)) == {"B": (77, ("A", "B")), "C": (34, ("A",))}
    assert parts(moves)["A", DAY] == (("B", 2 / 3), ("C", 1 / 3))


def test_where_nobody_lived_the_area_decides():
    moves = [move("A", "B", 0, 300), move("A", "C", 0, 100)]
    assert counts(carried({"A": Start(4, BEFORE)}, moves)) == {"B": (3, ("A",)), "C": (1, ("A",))}


def test_a_partial_transfer_without_inhabitants_changes_nothing():
    moves = [move("A", "B", 0, 50, partial=True), move("A", "A", 100, 900, partial=True)]
    assert counts(carried({"A": Start(100, BEFORE), "B": Start(5, BEFORE)}, moves)) == {}
    nobody = [move("A", "B", 0, 50, partial=True), move("A", "A", 0, 900, partial=True)]
    assert counts(carried({"A": Start(100, BEFORE), "B": Start(5, BEFORE)}, nobody)) == {}


def test_a_partial_transfer_leaves_the_rest_with_the_giver():
    moves = [move("A", "B", 25, 50, partial=True), move("A", "A", 75, 900, partial=True)]
    result = carried({"A": Start(200, BEFORE), "B": Start(5, BEFORE)}, moves)
    assert counts(result) == {"A": (150, ("A",)), "B": (55, ("A", "B"))}


def test_what_was_counted_on_the_later_territory_is_not_added_again():
    starts = {"A": Start(60, BEFORE), "B": Start(1060, AFTER)}
    assert counts(carried(starts, [move("A", "B", 60)])) == {}


def test_a_missing_part_makes_the_whole_missing():
    result = carried({"A": Start(60, BEFORE)}, [move("A", "C", 1), move("B", "C", 1)])
    assert (counts(result), result.incomplete) == ({}, ("C",))
    known = carried({"A": Start(60, BEFORE)}, [move("A", "C", 1)], {"C": BEFORE})
    assert (counts(known), known.incomplete) == ({}, ("C",))


def test_mergers_in_a_row_add_up():
    moves = [move("A", "B", 1), move("B", "C", 1, on=AFTER)]
    result = carried({"A": Start(1, BEFORE), "B": Start(2, BEFORE), "C": Start(4, BEFORE)}, moves)
    assert counts(result) == {"C": (7, ("A", "B", "C"))}


KEYS = [chr(ord("A") + number) for number in range(8)]


@given(
    st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10_000), min_size=1),
    st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=5, unique_by=lambda pair: pair[0]),
)
def test_whole_mergers_are_those_of_the_twin(start, pairs):
    # A body that ended takes nothing in and is not revived afterwards.
    mergers, ended = [], set()
    for old, new in pairs:
        if old in start and new in start and old != new and not {old, new} & ended:
            mergers.append((old, new))
            ended.add(old)
    moves = [move(old, new, 1, on=DAY + timedelta(days=number)) for number, (old, new) in enumerate(mergers)]
    result = carried({key: Start(count, BEFORE) for key, count in start.items()}, moves)
    expected = slow_merged(start, mergers)
    touched = {new for _, new in mergers} - ended
    assert {key: count.inhabitants for key, count in result.counts.items()} == {
        key: expected[key][0] for key in touched
    }
    assert {key: list(count.parts) for key, count in result.counts.items()} == {
        key: expected[key][1] for key in touched
    }


@given(
    st.lists(st.integers(0, 5000), min_size=2, max_size=6),
    st.lists(st.integers(0, 500), min_size=5, max_size=5),
)
def test_splitting_never_loses_a_person(start, weights):
    keys = KEYS[: len(start)]
    starts = {key: Start(count, BEFORE) for key, count in zip(keys, start, strict=True)}
    moves = [move(keys[0], key, weight + 1) for key, weight in zip(keys[1:], weights, strict=False)]
    result = carried(starts, moves)
    assert sum(count.inhabitants for count in result.counts.values()) == sum(start)
