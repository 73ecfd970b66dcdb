"""Plan and assumptions of the projection: rows of the database ↔ what the engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from gemeinwerk.engine.assumptions import Assumption, AssumptionKind, group_of, groups, titles
from gemeinwerk.engine.projection import Plan
from gemeinwerk.engine.tables import Stage

from ..models import ProjectionAssumption


def position_title(code: str) -> str:
    return titles().get(code, code)


def position_choices() -> list[tuple[str, str]]:
    """What an assumption can be made for: a group of positions, or one position of the operating plan."""
    all_groups = [(group.id, f"Gruppe: {group.title}") for group in groups().values() if group.percent is not None]
    taken = {code for code, _ in all_groups}
    return all_groups + [(code, titles()[code]) for code in group_of() if code not in taken]


def plan_frame(columns: Sequence[tuple[int, int, str]], flows: Mapping[int, Mapping[str, int]]) -> Plan:
    """`columns` are (version, year, stage); `flows` holds cents by position per version."""
    return {(year, Stage(stage)): flows[version] for version, year, stage in columns}


def assumptions_frame(rows: Iterable[ProjectionAssumption]) -> list[Assumption]:
    return [
        Assumption(
            key=row.position,
            kind=AssumptionKind(row.kind),
            from_year=row.from_year,
            to_year=row.to_year,
            percent=None if row.percent is None else Fraction(row.percent),
            amount_cents=row.amount_cents,
            source=row.source,
            as_of=row.as_of.isoformat(),
        )
        for row in rows
    ]
