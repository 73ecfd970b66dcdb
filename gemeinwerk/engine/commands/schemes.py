"""`schemes`: which frame of accounts a Land uses in a year, and what accounts, names and products mean in it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from gemeinwerk.engine import VERSION, products
from gemeinwerk.engine import schemes as engine
from gemeinwerk.engine.commands.sums import refuse
from gemeinwerk.engine.tables import Accounting, Side

SUMMARY = "Kontenrahmen und Produktrahmen eines Landes zeigen und Konten zuordnen"


def main(arguments: Sequence[str]) -> int:
    """0 if the Land and the year have a frame of accounts, 2 if not."""
    options = _parser().parse_args(arguments)
    if not options.land:
        content: dict[str, Any] = {"engine_version": VERSION, "lands": [_entry(e) for e in engine.SCHEMES_IN_LANDS]}
    else:
        accounting = Accounting(options.accounting) if options.accounting else None
        entry = engine.scheme_entry(options.land, options.year, accounting)
        if entry is None:
            return refuse(f"Für „{options.land}“ im Jahr {options.year} ist kein Kontenrahmen hinterlegt.")
        content = {"engine_version": VERSION, "land": _entry(entry)} | _answers(engine.SCHEMES[entry.scheme], options)
    if options.json:
        print(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        _print(content)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine schemes", description=SUMMARY)
    parser.add_argument("--land", help="Land als Kürzel, Kennziffer oder Name; ohne Angabe alle Länder")
    parser.add_argument("--year", type=int, default=2026, help="Haushaltsjahr")
    parser.add_argument("--accounting", choices=[kind.value for kind in Accounting], help="Rechnungsstil")
    parser.add_argument("--account", action="append", default=[], help="Konto, das zugeordnet werden soll")
    parser.add_argument("--name", action="append", default=[], help="Bezeichnung, die zugeordnet werden soll")
    parser.add_argument("--side", choices=[side.value for side in Side], help="Seite zu --name")
    parser.add_argument("--product", action="append", default=[], help="Produktnummer, die zugeordnet werden soll")
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    return parser


def _answers(scheme: engine.Scheme, options: argparse.Namespace) -> dict[str, Any]:
    side = Side(options.side) if options.side else None
    content: dict[str, Any] = {
        "scheme": {"id": scheme.id, "title": scheme.title, "note": scheme.note},
        "accounts": [_account(scheme, code, options.year) for code in options.account],
        "names": [{"name": name, **_titled(engine.position_by_name(name, side))} for name in options.name],
        "products": [_product(code) for code in options.product],
    }
    if not (options.account or options.name or options.product):
        content["rules"] = [
            {"prefix": rule.prefix, **_titled(rule.position), "note": rule.note}
            for rule in scheme.rules
            if rule.valid_from <= options.year <= rule.valid_to
        ]
    return content


def _account(scheme: engine.Scheme, code: str, year: int) -> dict[str, Any]:
    rule = scheme.rule(code, year=year)
    return {"account": code, "prefix": rule.prefix if rule else None, **_titled(rule.position if rule else None)}


def _titled(position: str | None) -> dict[str, Any]:
    known = engine.POSITIONS.get(position or "")
    return {
        "position": position,
        "title": known.title if known else None,
        "side": known.side.value if known else None,
    }


def _product(code: str) -> dict[str, Any]:
    areas = {scheme: products.product_area(code, scheme) for scheme in products.PRODUCT_SCHEMES}
    return {
        "product": code,
        "areas": {
            scheme: {"area": area, "title": products.area_title(area, scheme), "imk": products.imk_for(area, scheme)}
            for scheme, area in areas.items()
            if area
        },
    }


def _entry(entry: engine.SchemeInLand) -> dict[str, Any]:
    return {
        "land": entry.land,
        "accounting": entry.accounting.value,
        "scheme": entry.scheme,
        "valid_from": entry.valid_from,
        "valid_to": None if entry.valid_to == engine.LATEST else entry.valid_to,
        "source": entry.source,
        "confidence": entry.confidence,
    }


def _print(content: dict[str, Any]) -> None:
    for entry in content.get("lands", []) or [content["land"]]:
        until = f"bis {entry['valid_to']}" if entry["valid_to"] else ""
        print(
            f"{entry['land']} {entry['accounting']:8} {entry['scheme']:15} ab {entry['valid_from']} {until:9} "
            f"{entry['source']} (Sicherheit: {entry['confidence']})"
        )
    for row in content.get("rules", []):
        print(f"  {row['prefix']:6} {row['title']} {row['note']}".rstrip())
    for row in [*content.get("accounts", []), *content.get("names", [])]:
        print(f"  {row.get('account') or row.get('name')} → {row['title'] or 'nicht bekannt'}")
    for row in content.get("products", []):
        for scheme, area in row["areas"].items():
            print(f"  {row['product']} → {scheme} {area['area']} {area['title']}")
