"""Maps from GeoJSON: every area once, in its place, with its name; missing figures have their own class."""

from xml.etree import ElementTree

from gemeinwerk.ui.maps import Area, area_map, legend, steps_of

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = {"type": "Polygon", "coordinates": [[[9, 50], [9.1, 50], [9.1, 50.1], [9, 50.1], [9, 50]]]}
TWO = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[9.2, 50], [9.3, 50], [9.3, 50.1], [9.2, 50]]]]}


def test_areas_are_drawn_with_name_link_and_class():
    picture = ElementTree.fromstring(
        area_map(
            "Kreis", [Area("Altendorf & Co", SQUARE, url="/k/1/?a=1&b=2", step=3, is_own=True), Area("Neudorf", TWO)]
        )
    )
    paths = {path.find(f"{SVG}title").text: path for path in picture.iter(f"{SVG}path")}
    assert paths["Altendorf & Co"].get("class") == "m-step-3 m-own"
    assert paths["Neudorf"].get("d").count("M") == 2
    link = next(picture.iter(f"{SVG}a"))
    assert link.get("href") == "/k/1/?a=1&b=2"
    assert list(paths)[-1] == "Altendorf & Co", "the own area is drawn last, its border lies above the others"


def test_a_degree_of_longitude_is_shorter_than_one_of_latitude():
    picture = ElementTree.fromstring(area_map("Kreis", [Area("A", SQUARE)]))
    _, _, width, height = map(float, picture.get("viewBox").split())
    assert 1.5 < (height - 8) / (width - 8) < 1.6


def test_odd_geometries_do_not_raise():
    for geometry in ({}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": [[[9, 50]]]}):
        assert ElementTree.fromstring(area_map("Kreis", [Area("A", geometry)]))


def test_classes_hold_about_as_many_areas_each_and_missing_is_apart():
    assert steps_of([None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert steps_of([7, 7, 7]) == [5, 5, 5]
    assert steps_of([]) == []


def test_the_legend_names_the_classes_that_occur():
    assert legend([None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], str) == [
        ("m-step-1", "1 bis 2"),
        ("m-step-2", "3 bis 4"),
        ("m-step-3", "5 bis 6"),
        ("m-step-4", "7 bis 8"),
        ("m-step-5", "9 bis 10"),
        ("m-step-0", "keine Angabe"),
    ]
    assert legend([7, 7], str) == [("m-step-5", "7")]
