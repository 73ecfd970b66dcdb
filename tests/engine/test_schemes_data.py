"""The shape of the scheme data: unique prefixes, known positions, layouts that partition their plan."""

import pytest

from gemeinwerk.engine import layouts, products, schemes

PLANS = {plan: {p.code for p in schemes.POSITIONS.values() if p.plan == plan} for plan in ("operating", "cash")}


@pytest.mark.parametrize("scheme", schemes.SCHEMES.values(), ids=lambda scheme: scheme.id)
def test_every_prefix_is_unique_at_any_time_and_leads_to_a_known_position(scheme):
    seen: dict[str, list[tuple[int, int]]] = {}
    for rule in scheme.rules:
        assert rule.prefix.isdigit()
        assert rule.position in schemes.POSITIONS
        assert rule.valid_from <= rule.valid_to
        for start, end in seen.get(rule.prefix, []):
            assert rule.valid_to < start or end < rule.valid_from, rule.prefix
        seen.setdefault(rule.prefix, []).append((rule.valid_from, rule.valid_to))
    assert seen


@pytest.mark.parametrize("layout", layouts.LAYOUTS.values(), ids=lambda layout: layout.id)
def test_the_lines_of_a_layout_partition_the_positions_of_its_plan(layout):
    used = [position for line in layout.lines for position in line.positions]
    assert len(used) == len(set(used))
    assert set(used) == PLANS[layout.plan]


@pytest.mark.parametrize("layout", layouts.LAYOUTS.values(), ids=lambda layout: layout.id)
def test_a_total_reads_only_lines_above_it_and_the_last_one_reaches_every_position(layout):
    reached: dict[str, set[str]] = {}
    for line in layout.lines:
        assert bool(line.positions) != bool(line.lines), line.number
        assert line.number not in reached
        parts = [reached[number] for number in line.lines]
        assert sum(map(len, parts)) == len(set().union(*parts)), f"{layout.id} {line.number} counts a position twice"
        reached[line.number] = set(line.positions).union(*parts)
    assert reached[layout.lines[-1].number] == PLANS[layout.plan]


def test_all_sixteen_laender_have_a_scheme_with_source_and_confidence_for_this_decade():
    expected = {"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"}
    assert set(schemes.LANDS) == expected
    for land in expected:
        for year in range(2020, 2031):
            assert schemes.scheme_for(land, year) is not None, (land, year)
    for entry in schemes.SCHEMES_IN_LANDS:
        assert entry.source
        assert entry.confidence in ("high", "medium", "low")
        assert entry.scheme in schemes.SCHEMES
        assert schemes.SCHEMES[entry.scheme].accounting is entry.accounting


def test_names_and_coarse_positions_lead_to_known_positions():
    for row in schemes.rows("names.csv"):
        for position in (row["position"], row["cash"]):
            assert not position or position in schemes.POSITIONS
        if row["cash"]:
            assert schemes.POSITIONS[row["cash"]].plan == "cash"
    for position in schemes.POSITIONS.values():
        for part in position.covers:
            assert schemes.POSITIONS[part].side is position.side
            assert schemes.POSITIONS[part].plan == position.plan


def test_the_crosswalk_maps_every_imk_area_to_exactly_one_area():
    imk = set(products.PRODUCT_SCHEMES["imk"].areas) - {"71"}
    for scheme in ("nrw", "he"):
        mapped = [code for area in products.PRODUCT_SCHEMES[scheme].areas.values() for code in area.imk]
        assert sorted(mapped) == sorted(imk)
    assert {group[:2] for group in products.IMK_GROUPS} <= imk
