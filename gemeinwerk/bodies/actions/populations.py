"""Inhabitants: stored in bulk, never twice, never without Stichtag, census and territory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from gemeinwerk.bodies.models import Body, Population

BATCH = 500


@dataclass(frozen=True, slots=True)
class Count:
    inhabitants: int
    male: int | None = None
    female: int | None = None


@transaction.atomic
def store_counts(
    counts: Mapping[int, Count],
    *,
    reference_date: date,
    census_basis: str,
    territory_date: date,
    source: str,
) -> tuple[int, int]:
    """Counts by the id of the body; returns how many were new and how many changed.

    A count that is known already with another territory is not written again: it only learns that it holds for the
    later one, too.
    """
    known: dict[int, list[Population]] = {}
    edition = Population.objects.filter(reference_date=reference_date, census_basis=census_basis, is_carried=False)
    for row in edition:
        known.setdefault(row.body_id, []).append(row)
    new: list[Population] = []
    corrected: list[Population] = []
    later: list[int] = []
    for body_id, count in counts.items():
        before, after = _around(known.get(body_id, []), territory_date)
        if before is not None and before.territory_date == territory_date:
            if _differs(before, count):
                before.inhabitants, before.male, before.female = count.inhabitants, count.male, count.female
                before.source = source
                corrected.append(before)
        elif before is not None and before.inhabitants == count.inhabitants:
            later.append(before.pk)
        elif after is None or after.inhabitants != count.inhabitants:
            new.append(_population(body_id, count, reference_date, census_basis, territory_date, source))
    Population.objects.bulk_create(new, batch_size=BATCH)
    Population.objects.bulk_update(corrected, ["inhabitants", "male", "female", "source"], batch_size=BATCH)
    for start in range(0, len(later), BATCH):
        Population.objects.filter(pk__in=later[start : start + BATCH]).update(territory_date=territory_date)
    return len(new), len(corrected) + len(later)


def _around(rows: list[Population], territory_date: date) -> tuple[Population | None, Population | None]:
    """The last row up to a territory and the first after it."""
    ordered = sorted(rows, key=lambda row: row.territory_date)
    before = [row for row in ordered if row.territory_date <= territory_date]
    after = [row for row in ordered if row.territory_date > territory_date]
    return (before[-1] if before else None), (after[0] if after else None)


def _differs(row: Population, count: Count) -> bool:
    return (row.inhabitants, row.male, row.female) != (count.inhabitants, count.male, count.female)


def _population(
    body_id: int, count: Count, reference_date: date, census_basis: str, territory_date: date, source: str
) -> Population:
    return Population(
        body_id=body_id,
        inhabitants=count.inhabitants,
        male=count.male,
        female=count.female,
        reference_date=reference_date,
        census_basis=census_basis,
        territory_date=territory_date,
        source=source,
    )


def set_population(
    body: Body,
    inhabitants: int,
    *,
    reference_date: date,
    census_basis: str,
    source: str,
    territory_date: date | None = None,
    male: int | None = None,
    female: int | None = None,
) -> Population:
    """One count of one body; the same Stichtag, census and territory is overwritten."""
    row, _ = Population.objects.update_or_create(
        body=body,
        reference_date=reference_date,
        census_basis=census_basis,
        territory_date=territory_date or reference_date,
        defaults={
            "inhabitants": inhabitants,
            "male": male,
            "female": female,
            "source": source,
            "is_carried": False,
        },
    )
    return row
