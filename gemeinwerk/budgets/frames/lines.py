"""The lines of a budget file: told apart by slice and digest, and turned into rows of BudgetLine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import LINES, SIDES, STAGES, Category, Frame, Key, Values


@dataclass(frozen=True, slots=True)
class Slice:
    """All lines of one year in one stage, with a digest of its numbers that no order of rows changes."""

    year: int
    stage: str
    count: int
    digest: str


def slice_codes(lines: Frame) -> NDArray[np.int32]:
    """One number per line that tells its year and stage: year * 16 + index of the stage."""
    return lines.array("year").astype(np.int32) * 16 + lines.array("stage")


def slices(lines: Frame) -> list[Slice]:
    """The years and stages of the lines, in order."""
    codes = slice_codes(lines)
    hashes = _row_hashes(lines)
    found = []
    for code in np.unique(codes).tolist():
        rows = codes == code
        first, second = (int(np.add.reduce(part[rows])) for part in hashes)  # wraps around modulo 2**64: meant
        count = int(np.count_nonzero(rows))
        digest = hashlib.sha256(f"{count}:{first}:{second}".encode()).hexdigest()
        found.append(Slice(code // 16, STAGES[code % 16].value, count, digest))
    return found


HASHED = ("product", "unit", "account", "position")


def _row_hashes(lines: Frame) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Two independent 64-bit hashes per line over what it says, not over where it stands."""
    first = np.zeros(lines.length, np.uint64)
    second = np.zeros(lines.length, np.uint64)
    columns = [(lines.category(name).codes, _category_hashes(lines.category(name))) for name in HASHED]
    for codes, values in columns:
        first = _mix(first ^ values[0][codes])
        second = _mix(second + values[1][codes])
    for number in (lines.array("side").astype(np.uint64), lines.array("amount_cents").view(np.uint64)):
        first = _mix(first ^ number)
        second = _mix(second + number * np.uint64(0x9E3779B97F4A7C15))
    return first, second


def _category_hashes(values: Category) -> NDArray[np.uint64]:
    """Hashes of the values; the last column stands for missing, which is code -1."""
    digests = [hashlib.blake2b("\x1f".join(key).encode(), digest_size=16).digest() for key in values.values]
    digests.append(hashlib.blake2b(b"\x00missing", digest_size=16).digest())
    return np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2).T


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Stir the bits so that a sum of rows does not hide an exchange between columns (splitmix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def with_own_positions(lines: Frame, own: Mapping[str, str]) -> Frame:
    """The lines with the positions that the body itself gave to accounts (`own`: key of the account → position)."""
    accounts = lines.category("account")
    own_codes = [i for i, key in enumerate(accounts.values) if row_key(key) in own]
    if not own_codes:
        return lines
    positions = lines.category("position")
    values = list(positions.values)
    codes = positions.codes.astype(np.int32)
    for i in own_codes:
        wanted = Key(own[row_key(accounts.values[i])], "")
        if wanted not in values:
            values.append(wanted)
        codes[accounts.codes == i] = values.index(wanted)
    columns: dict[str, Values] = dict(lines.items())
    columns["position"] = Category(codes, tuple(values))
    return Frame(LINES, columns)


def main_positions(lines: Frame) -> dict[Key, str]:
    """For each account the position that most of its lines have; accounts without any are left out."""
    accounts, positions = lines.category("account"), lines.category("position")
    known = (accounts.codes >= 0) & (positions.codes >= 0)
    width = max(len(positions.values), 1)
    pairs, counts = np.unique(
        accounts.codes[known].astype(np.int64) * width + positions.codes[known], return_counts=True
    )
    best: dict[Key, str] = {}
    for i in np.argsort(counts, kind="stable").tolist():  # the most frequent comes last and stays
        account, position = divmod(int(pairs[i]), width)
        best[accounts.values[account]] = positions.values[position].code
    return best


def row_key(key: Key) -> str:
    """What tells products, accounts and units apart in the database: the code, or the name where there is none."""
    text = key.code or key.name
    if len(text) <= 300:
        return text
    return f"{text[:280]}…{hashlib.sha256(text.encode()).hexdigest()[:16]}"


COLUMNS = (
    *("version_id", "product_id", "account_id", "unit_id"),
    *("position", "side", "amount_cents", "sheet", "row", "column"),
)
"""The columns of BudgetLine in the order in which `portions` gives them."""


def portions(
    lines: Frame,
    *,
    versions: Mapping[tuple[int, str], int],
    ids: Mapping[str, Mapping[Key, int]],
    size: int = 50_000,
) -> Iterator[list[list[Any]]]:
    """The lines as columns of BudgetLine in portions; lines of slices that get no version are left out."""
    version = _version_ids(lines, versions)
    lookups = {name: _id_lookup(lines.category(name), ids[name]) for name in ("product", "account", "unit")}
    positions = np.array([key.code for key in lines.category("position").values] + [""], dtype=object)
    sides = np.array([side.value for side in SIDES], dtype=object)
    wanted = np.flatnonzero(version)
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        columns = [
            version[part],
            *(lookups[name][lines.category(name).codes[part]] for name in ("product", "account", "unit")),
            positions[lines.category("position").codes[part]],
            sides[lines.array("side")[part]],
            *(lines.array(name)[part] for name in ("amount_cents", "sheet", "row", "column")),
        ]
        yield [column.tolist() for column in columns]


def _version_ids(lines: Frame, versions: Mapping[tuple[int, str], int]) -> NDArray[np.int64]:
    codes, inverse = np.unique(slice_codes(lines), return_inverse=True)
    found = [versions.get((code // 16, STAGES[code % 16].value), 0) for code in codes.tolist()]
    return np.array(found, np.int64)[inverse] if found else np.empty(0, np.int64)


def _id_lookup(values: Category, ids: Mapping[Key, int]) -> NDArray[Any]:
    """Ids by code of the category; the last entry, which code -1 reaches, is None."""
    return np.array([*(ids.get(key) for key in values.values), None], dtype=object)
