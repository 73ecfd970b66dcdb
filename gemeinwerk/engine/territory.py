"""Former counts on a later territory: what the parts had is added up under the new key (docs/methods/directory.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Move:
    """A part of `old` that belongs to `new` from `on`; what stays is a move from a body to itself."""

    old: str
    new: str
    on: date
    inhabitants: int | None
    area_m2: int | None
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Start:
    """A count and the territory it was counted on."""

    inhabitants: int
    territory_date: date


@dataclass(frozen=True, slots=True)
class Count:
    inhabitants: int
    territory_date: date
    parts: tuple[str, ...]
    """Keys whose inhabitants are in the count, ascending."""


@dataclass(frozen=True, slots=True)
class Carried:
    counts: dict[str, Count]
    incomplete: tuple[str, ...]
    """Keys for which a part has no count: missing is not zero, so the whole has none."""


@dataclass(slots=True)
class _State:
    """What one body has at the moment; None once a part was missing."""

    inhabitants: int | None
    territory_date: date
    parts: set[str]
    is_touched: bool = False


def parts(moves: Iterable[Move]) -> dict[tuple[str, date], tuple[tuple[str, float], ...]]:
    """Per dissolved or reduced body and day: the shares (0–1) that went to each successor."""
    return {
        place: tuple((new, float(share)) for new, share in shares.items()) for place, shares in _shares(moves).items()
    }


def carried(
    starts: Mapping[str, Start], moves: Iterable[Move], known_since: Mapping[str, date] | None = None
) -> Carried:
    """The counts of one Stichtag on the territory after all moves, for the bodies that the moves touched.

    A move before the territory on which a body was counted is in its count already. Inhabitants are split by the
    inhabitants that the register reports as moved, whole persons by largest remainder, so that sums never change.
    `known_since` tells bodies that existed before a move (their missing count is a gap) from newly formed ones.
    """
    ages = known_since or {}
    states = {key: _State(start.inhabitants, start.territory_date, {key}) for key, start in starts.items()}
    shares = _shares(moves)
    for day in sorted({day for _, day in shares}):
        _apply_day(day, {old: split for (old, on), split in shares.items() if on == day}, states, ages)
    touched = {key: state for key, state in states.items() if state.is_touched}
    return Carried(
        {
            key: Count(state.inhabitants, state.territory_date, tuple(sorted(state.parts)))
            for key, state in sorted(touched.items())
            if state.inhabitants is not None and state.parts
        },
        tuple(sorted(key for key, state in touched.items() if state.inhabitants is None)),
    )


def _shares(moves: Iterable[Move]) -> dict[tuple[str, date], dict[str, Fraction]]:
    """Weights are inhabitants. Where nobody moved, a dissolved body is split by area, a partial one not at all."""
    grouped: dict[tuple[str, date], list[Move]] = {}
    for move in moves:
        grouped.setdefault((move.old, move.on), []).append(move)
    shares: dict[tuple[str, date], dict[str, Fraction]] = {}
    for place, group in grouped.items():
        weights = _weights(group)
        total = sum(weights.values())
        if total:
            shares[place] = {new: Fraction(weight, total) for new, weight in weights.items() if weight}
    return shares


def _weights(group: list[Move]) -> dict[str, int]:
    if len({move.new for move in group}) == 1 and not any(move.is_partial for move in group):
        return {group[0].new: 1}
    by_inhabitants: dict[str, int] = {}
    by_area: dict[str, int] = {}
    for move in group:
        by_inhabitants[move.new] = by_inhabitants.get(move.new, 0) + (move.inhabitants or 0)
        by_area[move.new] = by_area.get(move.new, 0) + (move.area_m2 or 0)
    if any(by_inhabitants.values()) or any(move.is_partial for move in group):
        return by_inhabitants
    return by_area


def _apply_day(
    day: date, splits: Mapping[str, Mapping[str, Fraction]], states: dict[str, _State], ages: Mapping[str, date]
) -> None:
    """All moves of one day at once: what is given away is taken from the counts before that day."""
    received: dict[str, list[tuple[frozenset[str], int | None]]] = {}
    givers: set[str] = set()
    for old, split in sorted(splits.items()):
        state = states.get(old)
        if set(split) == {old} or (state is not None and state.territory_date >= day):
            continue
        for new, portion in _portions(None if state is None else state.inhabitants, split).items():
            received.setdefault(new, []).append((frozenset() if state is None else frozenset(state.parts), portion))
        if state is not None:
            givers.add(old)
            state.inhabitants = None if state.inhabitants is None else 0
            state.parts, state.territory_date, state.is_touched = set(), day, old in split
    for new, items in received.items():
        state = states.get(new)
        if state is not None and state.territory_date >= day and new not in givers:
            continue  # counted on the later territory already
        existed = new in ages and ages[new] < day
        _receive(states.setdefault(new, _State(None if existed else 0, day, set())), items, day)


def _receive(state: _State, items: list[tuple[frozenset[str], int | None]], day: date) -> None:
    state.is_touched, state.territory_date = True, day
    for parts_of_giver, portion in items:
        if portion is None or state.inhabitants is None:
            state.inhabitants = None
        else:
            state.inhabitants += portion
            state.parts |= parts_of_giver


def _portions(inhabitants: int | None, split: Mapping[str, Fraction]) -> dict[str, int | None]:
    """Whole persons that add up to the count: largest remainder, ties by key."""
    if inhabitants is None:
        return dict.fromkeys(split)
    exact = {new: inhabitants * share for new, share in split.items()}
    whole: dict[str, int | None] = {new: int(value) for new, value in exact.items()}
    rest = inhabitants - sum(int(value) for value in exact.values())
    for new in sorted(split, key=lambda key: (int(exact[key]) - exact[key], key))[:rest]:
        whole[new] = int(exact[new]) + 1
    return whole
