"""Slow, obvious twins of engine.neighbors and engine.territory."""

from __future__ import annotations


def slow_borders(grid, size):
    """Metres of common border between the owners of the cells of a grid: look at every pair of cells that touch."""
    cells = [(x, y) for y in range(len(grid)) for x in range(len(grid[0]))]
    lengths = {}
    for x, y in cells:
        for other_x, other_y in cells:
            if abs(x - other_x) + abs(y - other_y) != 1:
                continue
            pair = (grid[y][x], grid[other_y][other_x])
            if pair[0] < pair[1]:
                lengths[pair] = lengths.get(pair, 0) + size
    return lengths


def slow_merged(counts, mergers):
    """Counts after whole mergers [(old, new)], one day each: follow each body to where it ended and add up."""
    ended = {}
    for key in counts:
        place = key
        for old, new in mergers:
            if place == old:
                place = new
        ended.setdefault(place, []).append(key)
    return {place: (sum(counts[key] for key in keys), sorted(keys)) for place, keys in ended.items()}
