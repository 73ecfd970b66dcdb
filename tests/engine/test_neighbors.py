from __future__ import annotations

import io
import json
import zipfile

import pytest
import shapefile
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gemeinwerk.engine.archives import unpack
from gemeinwerk.engine.geometry import UTM32, WGS84, Shape, display, project, read_boundaries, united
from gemeinwerk.engine.neighbors import borders
from gemeinwerk.engine.problems import Severity, worst
from tests.engine import directory_files as files
from tests.engine.twins_territory import slow_borders

EAST, NORTH, SIZE = 500_000, 5_600_000, 1000


def codes(result):
    return {problem.code for problem in result.problems}


def shapes_of(polygons):
    """Shapes from polygons in UTM metres."""
    degrees = project(list(polygons.values()), UTM32, WGS84)
    return [Shape(key, "", geometry) for key, geometry in zip(polygons, degrees, strict=True)]


def box(west, south, east, north):
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def found(polygons, **options):
    return {(border.first, border.second): border.meters for border in borders(shapes_of(polygons), **options)}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_borders_on_grids_are_those_of_the_twin(width, height, data):
    owner = st.sampled_from(["00001", "00002", "00003", "00004"])
    grid = [[data.draw(owner) for _ in range(width)] for _ in range(height)]
    cells = {}
    for y, row in enumerate(grid):
        for x, key in enumerate(row):
            cells.setdefault(key, []).append(box(x * SIZE, y * SIZE, (x + 1) * SIZE, (y + 1) * SIZE))
    polygons = {key: shapely.union_all(parts) for key, parts in cells.items()}
    lengths, expected = found(polygons), slow_borders(grid, SIZE)
    assert lengths.keys() == expected.keys()
    assert all(abs(lengths[pair] - meters) <= 5 for pair, meters in expected.items())


def test_a_corner_is_no_border_and_one_border_may_have_more_corners_than_the_other():
    corner = {"1": box(0, 0, 1000, 1000), "2": box(1000, 1000, 2000, 2000)}
    assert found(corner) == {}
    more = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((1000, 0), (2000, 0), (1000, 2000), (1000.4, 700))])
    assert found({"1": box(0, 0, 1000, 2000), "2": more}) == {("1", "2"): pytest.approx(2000, abs=3)}


def test_the_worked_example_of_the_method_page():
    towns = {"1": box(0, 0, 4000, 3000), "2": box(4000, 0, 7000, 2000), "3": box(4000, 2000, 7000, 3000)}
    assert found(towns) == {("1", "2"): 2000, ("1", "3"): 1000, ("2", "3"): 3000}
    assert found(towns, shortest_m=1500) == {("1", "2"): 2000, ("2", "3"): 3000}
    assert borders([]) == ()


# ------------------------------------------------------------------ reading
def test_geojson_is_read_without_waters():
    read = read_boundaries(files.geojson())
    assert [shape.key for shape in read.shapes] == [
        "990010001001",
        "990010002002",
        "990015401003",
        "990010005005",
        "990099999999",
    ]
    assert (read.left_out, read.problems, read.shapes[0].name) == (1, (), "Altendorf")


def ring(west=0, south=0, size=1000):
    east, north = EAST + west, NORTH + south
    return [(east, north), (east, north + size), (east + size, north + size), (east + size, north), (east, north)]


def test_a_zipped_shapefile_is_brought_to_degrees():
    read = read_boundaries(files.shapefile_zip({"990010001001": ring(), "990010002002": ring(1000)}))
    assert (read.problems, [shape.key for shape in read.shapes]) == ((), ["990010001001", "990010002002"])
    west, south, _, _ = read.shapes[0].geometry.bounds
    assert (west, south) == (pytest.approx(9.0, abs=0.01), pytest.approx(50.55, abs=0.01))
    assert display(read.shapes[0])["type"] == "Polygon"
    without = read_boundaries(files.shapefile_zip({"990010001001": ring()}, epsg=None))
    assert codes(without) == {"geometry_crs"} and len(without.shapes) == 1


def test_a_key_that_stands_twice_is_united():
    features = json.loads(files.geojson())
    features["features"][1]["properties"]["ARS"] = "990010001001"
    read = read_boundaries(json.dumps(features).encode())
    assert codes(read) == {"geometry_repeated"}
    assert read.shapes[0].geometry.bounds == pytest.approx((9.5, 50.5, 9.7, 50.6))
    assert united([read.shapes[1]]) is read.shapes[1]


def feature(geometry, **properties):
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": geometry}]}
    ).encode()


SQUARE = {"type": "Polygon", "coordinates": [[[9, 50], [9.1, 50], [9.1, 50.1], [9, 50]]]}
FAR = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "geometry_format"),
        (b"[1, 2]", "geometry_format"),
        (b'{"features": [3]}', "geometry_format"),
        (b"[" * 100_000, "geometry_format"),
        (feature(SQUARE, GEN="ohne Schlüssel"), "geometry_key"),
        (feature({"type": "Point", "coordinates": [9, 50]}, ARS="990010001001"), "geometry_polygon"),
        (feature(None, ARS="990010001001"), "geometry_polygon"),
        (feature({"type": "Polygon", "coordinates": "x"}, ARS="990010001001"), "geometry_polygon"),
        (feature(FAR, ARS="990010001001"), "geometry_place"),
        (files.shapefile_zip({"990010001001": ring()})[:300], "archive_broken"),
    ],
)
def test_bad_boundaries_end_in_a_sentence(data, code):
    read = read_boundaries(data)
    assert code in codes(read)
    assert read.shapes == ()


def _zip(members, **options):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"../evil.shp": b"x"}, "archive_path"),
        ({"/etc/evil.shp": b"x"}, "archive_path"),
        ({"a\\..\\..\\evil.shp": b"x"}, "archive_path"),
        ({"C:evil.shp": b"x"}, "archive_path"),
        ({"bomb.shp": b"\0" * 40_000_000}, "archive_bomb"),
        ({"readme.txt": b"no shapes"}, "geometry_parts"),
        ({"a.shp": b"broken", "a.dbf": b"broken"}, "geometry_broken"),
        ({f"{number}.txt": b"" for number in range(5001)}, "archive_members"),
    ],
)
def test_hostile_archives_are_refused(members, code):
    read = read_boundaries(_zip(members))
    assert codes(read) == {code}
    assert worst(read.problems) == Severity.ERROR


def test_an_archive_larger_than_the_limit_is_refused():
    assert codes(unpack(_zip({"a.shp": b"0123456789"}), max_unpacked=5)) == {"archive_size"}


SOURCES = [files.geojson(), files.shapefile_zip({"990010001001": ring()})]
"""Made once: an archive carries the second in which it was written."""


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_boundaries_never_raise(data):
    source = data.draw(st.sampled_from(SOURCES))
    start = data.draw(st.integers(0, len(source)))
    damaged = source[:start] + data.draw(st.binary(max_size=20)) + source[start + data.draw(st.integers(0, 20)) :]
    for problem in read_boundaries(damaged).problems:
        assert problem.text


@pytest.mark.real_data
def test_the_official_boundaries_are_complete(shared_data):
    folder = shared_data / "geometry"
    towns = read_boundaries((folder / "wahlatlas_vg250_gem_2022/VG250_GEM_simplified.zip").read_bytes())
    assert (len(towns.shapes), towns.problems) == (10_990, ())
    districts = read_boundaries((folder / "opendatalab_vg250_2025/landkreise_sim200.geojson").read_bytes())
    assert (len(districts.shapes), districts.left_out, districts.problems) == (400, 33, ())
    pairs = {(border.first, border.second) for border in borders(districts.shapes)}
    assert {("11000", "12054"), ("09162", "09184")} <= pairs
    assert ("02000", "09162") not in pairs


def test_an_encrypted_archive_is_refused():
    data = bytearray(_zip({"a.shp": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert codes(read_boundaries(bytes(data))) == {"archive_encrypted"}


def test_of_several_shapefiles_the_first_is_read():
    one = unpack(files.shapefile_zip({"990010001001": ring()}, stem="a")).members
    other = unpack(files.shapefile_zip({"990010002002": ring()}, stem="b")).members
    read = read_boundaries(_zip(one | other))
    assert (codes(read), [shape.key for shape in read.shapes]) == ({"geometry_several"}, ["990010001001"])


def test_an_unknown_projection_is_said_and_degrees_are_assumed():
    members = unpack(files.shapefile_zip({"990010001001": [(9, 50), (9, 51), (10, 51), (9, 50)]})).members
    read = read_boundaries(_zip(members | {"VG250_GEM.prj": b"none"}))
    assert (codes(read), len(read.shapes)) == ({"geometry_crs"}, 1)


def test_shapes_without_points_or_with_coordinates_that_are_no_numbers_are_left_out():
    parts = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts) as writer:
        writer.field("ARS", "C", 12)
        writer.null()
        writer.record("990010001001")
        writer.poly([ring()])
        writer.record("990010002002")
    read = read_boundaries(_zip({f"a.{name}": part.getvalue() for name, part in parts.items()}))
    assert "geometry_polygon" in codes(read)
    assert [shape.key for shape in read.shapes] == ["990010002002"]
    nowhere = feature(SQUARE, ARS="990010001001").replace(b"50.1", b"1e999")
    assert (codes(read_boundaries(nowhere)), read_boundaries(nowhere).shapes) == ({"geometry_polygon"}, ())


def test_no_more_shapes_are_read_than_the_limit(monkeypatch):
    monkeypatch.setattr("gemeinwerk.engine.geometry.MAX_SHAPES", 1)
    both = {"990010001001": ring(), "990010002002": ring(1000)}
    assert len(read_boundaries(files.shapefile_zip(both)).shapes) == 1
    assert len(read_boundaries(files.geojson()).shapes) == 1
