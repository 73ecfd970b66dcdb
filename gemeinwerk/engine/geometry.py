"""Boundaries from GeoJSON or a zipped shapefile, as WGS 84 geometries by official key."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyproj
import shapefile
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from .archives import is_zip, unpack
from .finds import Finds
from .problems import Place, Problem

WGS84 = 4326
UTM32 = 25832
"""ETRS89 / UTM zone 32N, in which BKG delivers; metres."""
LAND_ONLY = 4
"""BKG's GF (Geofaktor): 4 is land with structure; 1 to 3 are waters under the key of their Land or Kreis."""
KEY_FIELDS = ("ARS", "AGS", "RS", "KEY", "SCHLUESSEL")
NAME_FIELDS = ("GEN", "NAME", "NAME_1")
MAX_SHAPES = 200_000
GERMANY = (3.0, 45.0, 18.0, 57.0)
"""Degrees within which every German place lies, with room to spare."""


@dataclass(frozen=True, slots=True)
class Shape:
    key: str
    """5 (Kreis), 8 (AGS), 9 (Gemeindeverband) or 12 digits (ARS); 2 for a Land."""
    name: str
    geometry: BaseGeometry
    """Polygon or MultiPolygon in WGS 84 (longitude, latitude)."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    shapes: tuple[Shape, ...] = ()
    crs: str = ""
    left_out: int = 0
    """Features that are no land (GF other than 4)."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Feature:
    number: int
    properties: dict[str, Any]
    geometry: BaseGeometry | None


def read_boundaries(data: bytes) -> Boundaries:
    """The polygons of a GeoJSON FeatureCollection or a zipped shapefile, recognised by content."""
    finds = Finds()
    features, crs = _shapefile(data, finds) if is_zip(data) else _geojson(data, finds)
    land = [feature for feature in features if _is_land(feature.properties)]
    shapes = _shapes(land, finds)
    if crs is not None and not crs.is_geographic:
        shapes = tuple(_reprojected(shapes, crs))
    if shapes and not _in_germany(shapes):
        finds.error(
            "geometry_place",
            "Die Grenzen liegen nicht in Deutschland. Bitte prüfen Sie das Koordinatensystem der Datei "
            "(.prj oder „crs“).",
        )
        shapes = ()
    return Boundaries(
        _united(shapes, finds), crs.to_string() if crs else "", len(features) - len(land), finds.problems()
    )


def _geojson(data: bytes, finds: Finds) -> tuple[list[_Feature], pyproj.CRS | None]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
        listed = content["features"]
        features = [_feature(number, item, finds) for number, item in enumerate(listed[:MAX_SHAPES], start=1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        finds.error(
            "geometry_format",
            "Die Datei ist weder eine GeoJSON-FeatureCollection noch ein ZIP mit einem Shapefile.",
        )
        return [], None
    return features, _crs(_geojson_crs(content), finds)


def _feature(number: int, item: dict[str, Any], finds: Finds) -> _Feature:
    properties = item.get("properties")
    try:
        geometry = shapely.from_geojson(json.dumps(item["geometry"]))
    except (ShapelyError, KeyError, ValueError, RecursionError):
        geometry = None
    if geometry is None:
        _no_polygon(number, finds)
    return _Feature(number, properties if isinstance(properties, dict) else {}, geometry)


def _geojson_crs(content: dict[str, Any]) -> str:
    """The name of the old „crs“ member; without it a GeoJSON is WGS 84 by its standard (RFC 7946)."""
    crs = content.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) and "CRS84" not in name else f"EPSG:{WGS84}"


def _shapefile(data: bytes, finds: Finds) -> tuple[list[_Feature], pyproj.CRS | None]:
    archive = unpack(data, suffixes=(".shp", ".dbf", ".prj", ".cpg"))
    finds.extend(archive.problems)
    parts = {name.lower(): member for name, member in archive.members.items()}
    stems = [name[:-4] for name in parts if name.endswith(".shp") and name[:-4] + ".dbf" in parts]
    if not stems:
        if not archive.problems:
            finds.error("geometry_parts", "Das ZIP enthält kein Shapefile; gebraucht werden mindestens .shp und .dbf.")
        return [], None
    if len(stems) > 1:
        finds.add("geometry_several", f"Das ZIP enthält {len(stems)} Shapefiles; gelesen wurde „{stems[0]}“.")
    stem = stems[0]
    try:
        features = list(_records(parts[stem + ".shp"], parts[stem + ".dbf"], finds))
    except Exception:  # the reader fails on broken files in many ways
        finds.error("geometry_broken", "Das Shapefile ist beschädigt. Bitte laden Sie es neu herunter.")
        return [], None
    written = parts.get(stem + ".prj", b"").decode("utf-8", "replace").strip("\x00 \r\n")
    if not written:
        finds.add("geometry_crs", f"Dem Shapefile fehlt die .prj-Datei; angenommen wird EPSG:{UTM32}.")
    return features, _crs(written or f"EPSG:{UTM32}", finds)


def _records(shp: bytes, dbf: bytes, finds: Finds) -> Iterator[_Feature]:
    with shapefile.Reader(shp=io.BytesIO(shp), dbf=io.BytesIO(dbf), encodingErrors="replace") as reader:
        for number, item in enumerate(reader.iterShapeRecords(), start=1):
            if number > MAX_SHAPES:
                return
            geometry = None
            if item.shape.points:
                geometry = shapely.from_geojson(json.dumps(item.shape.__geo_interface__))
            if geometry is None:
                _no_polygon(number, finds)
            yield _Feature(number, item.record.as_dict(), geometry)


def _crs(written: str, finds: Finds) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(written)
    except CRSError:
        finds.add("geometry_crs", "Das Koordinatensystem der Datei ist unbekannt; angenommen wird EPSG:4326 (WGS 84).")
        return pyproj.CRS.from_epsg(WGS84)


def _is_land(properties: dict[str, Any]) -> bool:
    factor = properties.get("GF")
    return factor is None or str(factor) in (str(LAND_ONLY), f"{LAND_ONLY}.0")


def _shapes(features: Iterable[_Feature], finds: Finds) -> tuple[Shape, ...]:
    found = []
    for feature in features:
        properties = {str(name).upper(): value for name, value in feature.properties.items()}
        key = next((key for field in KEY_FIELDS if (key := _key(properties.get(field)))), "")
        if not key:
            finds.add(
                "geometry_key",
                "Einer Fläche fehlt der amtliche Schlüssel (Spalte ARS oder AGS); sie wird ausgelassen.",
                place=Place(row=feature.number),
            )
            continue
        geometry = None if feature.geometry is None else _polygons(feature.geometry)
        if geometry is None:
            _no_polygon(feature.number, finds)
            continue
        name = next((str(properties[field]) for field in NAME_FIELDS if properties.get(field)), "")
        found.append(Shape(key, name, geometry))
    return tuple(found)


def _key(value: Any) -> str:
    written = str(value or "").strip()
    return written if written.isdecimal() and len(written) in (2, 5, 8, 9, 12) else ""


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    """The polygons of a geometry, made valid; None if it has none."""
    valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
    parts = [
        part for part in shapely.get_parts(valid, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")
    ]
    flat = [polygon for part in parts for polygon in shapely.get_parts(part)]
    if not flat:
        return None
    return shapely.force_2d(flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat))


def _reprojected(shapes: tuple[Shape, ...], crs: pyproj.CRS) -> Iterator[Shape]:
    for shape, geometry in zip(shapes, project([shape.geometry for shape in shapes], crs, WGS84), strict=True):
        yield replace(shape, geometry=geometry)


def project(geometries: list[BaseGeometry], source: pyproj.CRS | int, target: int) -> list[BaseGeometry]:
    """All geometries in another coordinate system, in one call (x is longitude or easting)."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return list(shapely.transform(np.array(geometries, dtype=object), move))


def _in_germany(shapes: tuple[Shape, ...]) -> bool:
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes])
    return bool(GERMANY[0] <= west and GERMANY[1] <= south and east <= GERMANY[2] and north <= GERMANY[3])


def _united(shapes: tuple[Shape, ...], finds: Finds) -> tuple[Shape, ...]:
    """Each key once: parts under one key become one MultiPolygon."""
    grouped: dict[str, list[Shape]] = {}
    for shape in shapes:
        grouped.setdefault(shape.key, []).append(shape)
    for key, parts in grouped.items():
        if len(parts) > 1:
            finds.note(
                "geometry_repeated", f"Der Schlüssel {key} steht mehrfach in der Datei; die Teile wurden vereinigt."
            )
    return tuple(united(parts) for parts in grouped.values())


def united(parts: list[Shape]) -> Shape:
    """Several shapes as one under the key of the first."""
    if len(parts) == 1:
        return parts[0]
    geometry = shapely.union_all([part.geometry for part in parts])
    return replace(parts[0], geometry=_polygons(geometry) or parts[0].geometry)


def _no_polygon(number: int, finds: Finds) -> None:
    finds.add(
        "geometry_polygon",
        "Eine Fläche ist kein Polygon oder hat keine gültigen Koordinaten; sie wird ausgelassen.",
        place=Place(row=number),
    )


def display(shape: Shape, *, digits: int = 5) -> dict[str, Any]:
    """The geometry as GeoJSON with rounded coordinates (5 digits are about one metre)."""
    factor = 10.0**digits
    rounded = shapely.transform(shape.geometry, lambda points: np.round(points * factor) / factor)
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return geometry
