"""JSON in and out of the commands: one document in, checked field by field; exact numbers out; amounts in German."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from gemeinwerk.engine.problems import Problem

LARGEST_CENTS = 10**17


class InputError(Exception):
    """The document cannot be used; the message is a German sentence that names the field."""


def parser(name: str, summary: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(f"python -m gemeinwerk.engine {name}", description=summary)
    made.add_argument("file", help="JSON-Datei oder - für die Standardeingabe")
    made.add_argument("--json", action="store_true", help="alles als JSON ausgeben")
    return made


def load(path: str) -> dict[str, Any]:
    """The document of a file or of the standard input ("-"); decimals stay exact."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Die Datei „{path}“ ist nicht lesbar. Bitte Name und Kodierung (UTF-8) prüfen.") from error
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InputError("Die Eingabe ist kein gültiges JSON. Bitte die Datei prüfen.") from error
    if not isinstance(data, dict):
        raise InputError("Die Eingabe muss ein JSON-Objekt mit benannten Feldern sein.")
    return data


def whole(data: Mapping[str, Any], name: str, *, default: int | None = None) -> int | None:
    """A whole number, `default` if the field is absent or null."""
    value = data.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_CENTS:
        raise InputError(f"Das Feld „{name}“ muss eine ganze Zahl sein.")
    return value


def required(data: Mapping[str, Any], name: str) -> int:
    value = whole(data, name)
    if value is None:
        raise InputError(f"Das Feld „{name}“ fehlt.")
    return value


def exact(data: Mapping[str, Any], name: str) -> Fraction | None:
    """A number or a text such as "2.5" or "1/3", None if the field is absent or null."""
    value = data.get(name)
    if value is None:
        return None
    try:
        number = Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"Das Feld „{name}“ muss eine Zahl sein.") from error
    if abs(number) > LARGEST_CENTS:
        raise InputError(f"Das Feld „{name}“ ist zu groß.")
    return number


def text(data: Mapping[str, Any], name: str, default: str = "") -> str:
    value = data.get(name, default)
    if not isinstance(value, str):
        raise InputError(f"Das Feld „{name}“ muss ein Text sein.")
    return value


def section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within the document, empty if it is absent or null."""
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"Das Feld „{name}“ muss ein Objekt sein.")
    return value


def entries(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty if it is absent or null."""
    value = data.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InputError(f"Das Feld „{name}“ muss eine Liste von Objekten sein.")
    return value


def amounts(data: Mapping[str, Any], name: str) -> dict[str, int]:
    """Cents by code."""
    return {code: required(section(data, name), code) for code in section(data, name)}


def by_year(data: Mapping[str, Any], name: str) -> dict[int, int]:
    """Whole numbers by year; JSON writes the years as text."""
    values = amounts(data, name)
    return {year_of(year): value for year, value in values.items()}


def year_of(name: str) -> int:
    if len(name) != 4 or not name.isdecimal():
        raise InputError(f"„{name}“ ist keine Jahreszahl.")
    return int(name)


# ------------------------------------------------------------------ out


def plain(value: Any) -> Any:
    """Results as JSON: dataclasses as objects, fractions as {"value", "exact"}, the rest as it is."""
    if isinstance(value, Fraction):
        return {"value": float(value), "exact": str(value)}
    if isinstance(value, Problem):
        return value.as_dict()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def show(result: Mapping[str, Any]) -> None:
    print(json.dumps(plain(result), ensure_ascii=False, indent=2))


def show_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        place = f" [{problem.place}]" if str(problem.place) else ""
        print(f"- {problem.text}{place}")


def refuse(error: InputError) -> int:
    print(error, file=sys.stderr)
    return 2


def euros(cents: int | Fraction | None) -> str:
    """1.234,56 € as it is written in German; a dash for what is not known."""
    if cents is None:
        return "–"
    whole, rest = divmod(abs(round(cents)), 100)
    return ("−" if round(cents) < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d} €"


def number(value: Fraction) -> str:
    """Two decimals, cut and not rounded, so that 69.999 does not read as 70."""
    return euros(int(value * 100)).removesuffix(" €")


def rounded(value: Fraction) -> str:
    """Two decimals, rounded half to even, as printed reports show them."""
    return euros(value * 100).removesuffix(" €")
