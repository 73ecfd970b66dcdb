"""The small register of tests/data/directory as the official files would hold it."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import shapefile
import xlsxwriter
from pyproj import CRS

DATA = Path(__file__).resolve().parent.parent / "data" / "directory"
NUMBERS = {8, 9, 10, 11, 12}
FOOTNOTES = ("", "Quelle: Gemeindeverzeichnis", "1) Abweichungen sind durch Runden möglich.")


def rows(name="auszug.csv"):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [list(row) for row in csv.reader(file, delimiter=";")]


def auszug(table=None, *, census="auf Grundlage des Zensus 2011", territory="31.12.2024", counted="31.12.2023"):
    """The workbook as Destatis lays it out: a cover, six rows of head, data from row 7, footnotes."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    cover = book.add_worksheet("Inhalt")
    cover.write(9, 0, f"Gebietsstand: {territory} (4. Quartal)")
    sheet = book.add_worksheet(f"Onlineprodukt_{territory}".replace(".", ""))
    sheet.write(0, 0, f"Gemeinden in Deutschland nach Fläche und Bevölkerung am {territory}")
    sheet.write(2, 9, f"Bevölkerung {census}2)")
    sheet.write(4, 2, f"Gebietsstand am {territory}")
    sheet.write(4, 9, f"am {counted} (Jahr)" if counted else "")
    sheet.write(5, 19, " ")
    for number, row in enumerate(rows() if table is None else table, start=6):
        for column, value in enumerate(row):
            if value and column in NUMBERS and value.replace(".", "").isdigit():
                sheet.write_number(number, column, float(value))
            elif value:
                sheet.write_string(number, column, value)
    for number, text in enumerate(FOOTNOTES, start=1000):
        sheet.write(number, 0, text)
    book.close()
    return memory.getvalue()


def gv100ad(encoding="utf-8"):
    return (DATA / "gv100ad.txt").read_text(encoding="utf-8").encode(encoding)


def changes(table=None):
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    sheet = book.add_worksheet("Gebietsaenderungen")
    sheet.write(0, 0, "Gebietsänderungen vom 01.01. - 31.12.2024")
    for number, row in enumerate(rows("gebietsaenderungen.csv") if table is None else table, start=4):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    sheet.write(60, 0, "    1 = Auflösung")
    book.close()
    return memory.getvalue()


def geojson():
    return (DATA / "grenzen.geojson").read_bytes()


def shapefile_zip(polygons, *, epsg=25832, stem="VG250_GEM"):
    """A zipped shapefile of {key: ring}; without .prj where `epsg` is None."""
    parts = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts) as writer:
        writer.field("ARS", "C", 12)
        for key, ring in polygons.items():
            writer.poly([ring])
            writer.record(key)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(f"{stem}.{name}", part.getvalue())
        if epsg:
            archive.writestr(f"{stem}.prj", CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
    return memory.getvalue()
