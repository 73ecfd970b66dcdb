"""Bodies: one by its key, many by a search, those of a Kreis or association, and which edition is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from gemeinwerk.bodies.models import DISTRICT_KINDS, MUNICIPAL_KINDS, Body, Population, folded


def body(key: str) -> Body:
    """The body with this key in addresses; 404 if there is none."""
    found = Body.objects.select_related("district", "association").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def body_by_ags(ags: str) -> Body | None:
    """The body of an official key of 5 (Kreis), 8 (AGS), 9 (association) or 12 digits (ARS), None if there is none."""
    bodies = Body.objects.select_related("district", "association").filter(Q(ags=ags) | Q(ars=ags))
    return bodies.order_by("dissolved_on").filter(dissolved_on=None).first() or bodies.first() if ags else None


def directory(
    search: str = "", *, kinds: frozenset[str] | None = None, state: str = "", with_dissolved: bool = False
) -> QuerySet[Body]:
    """Bodies of the directory with their newest count (`inhabitants`, `counted_on`, `counted_basis`), by name."""
    newest = Population.objects.filter(body=OuterRef("pk")).order_by(
        "-reference_date", "-census_basis", "-territory_date"
    )
    bodies = Body.objects.select_related("district").annotate(
        inhabitants=Subquery(newest.values("inhabitants")[:1]),
        counted_on=Subquery(newest.values("reference_date")[:1]),
        counted_basis=Subquery(newest.values("census_basis")[:1]),
    )
    if not with_dissolved:
        bodies = bodies.filter(dissolved_on=None)
    if kinds is not None:
        bodies = bodies.filter(kind__in=kinds)
    if state:
        bodies = bodies.filter(state=state)
    return bodies.filter(_matches(search)) if search.strip() else bodies


def _matches(search: str) -> Q:
    """Name (each word, umlauts and hyphens alike), or the start of AGS, ARS or postcode."""
    text = search.strip()[:100]
    digits = text.replace(" ", "")
    if digits.isdecimal() and digits.isascii():
        return Q(ags__startswith=digits) | Q(ars__startswith=digits) | Q(postcode__startswith=digits)
    wanted = Q()
    for word in folded(text.replace("\x00", "")).split():
        wanted &= Q(search_name__contains=word)
    return wanted


def members(of: Body) -> QuerySet[Body]:
    """The municipalities of a Kreis or association that exist now, with their newest count."""
    column = "association" if of.kind == Body.Kind.ASSOCIATION else "district"
    return directory(kinds=MUNICIPAL_KINDS).filter(**{column: of})


def associations(district: Body) -> QuerySet[Body]:
    return directory(kinds=frozenset({Body.Kind.ASSOCIATION})).filter(district=district)


@dataclass(frozen=True, slots=True)
class Edition:
    """Which directory is in: Gebietsstand and source, for every page that shows it."""

    as_of: date | None
    source: str
    municipalities: int


def edition() -> Edition:
    known = Body.objects.filter(kind__in=MUNICIPAL_KINDS, dissolved_on=None).exclude(as_of=None)
    listed = known.exclude(register_mark="") if known.exclude(register_mark="").exists() else known
    newest = listed.order_by("-as_of").values_list("as_of", "source").first()
    as_of, source = newest or (None, "")
    return Edition(as_of, source, listed.filter(as_of=as_of).count() if as_of else 0)


def kreis_level() -> QuerySet[Body]:
    """Landkreise and kreisfreie Städte that exist now."""
    return directory(kinds=DISTRICT_KINDS)
