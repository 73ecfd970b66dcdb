"""Product schemes: which product area a product code belongs to, and the crosswalk between the schemes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from gemeinwerk.engine.schemes import LATEST, rows


@dataclass(frozen=True, slots=True)
class ProductArea:
    """Produktbereich (kameral: Einzelplan)."""

    scheme: str
    code: str
    title: str
    imk: tuple[str, ...]
    """Areas of the IMK scheme that hold the same tasks; empty if there is none (Stiftungen)."""


@dataclass(frozen=True)
class ProductScheme:
    id: str
    title: str
    lands: tuple[str, ...]
    digits: int
    """How many digits the code of an area has."""
    valid_from: int
    valid_to: int
    source: str
    areas: Mapping[str, ProductArea]


def _load() -> dict[str, ProductScheme]:
    areas: dict[str, dict[str, ProductArea]] = {}
    for row in rows("product_areas.csv"):
        area = ProductArea(row["scheme"], row["code"], row["title"], tuple((row["imk"] or "").split()))
        areas.setdefault(area.scheme, {})[area.code] = area
    return {
        row["id"]: ProductScheme(
            row["id"],
            row["title"],
            tuple(row["lands"].split()),
            int(row["digits"]),
            int(row["valid_from"]),
            int(row["valid_to"] or LATEST),
            row["source"],
            MappingProxyType(areas[row["id"]]),
        )
        for row in rows("product_schemes.csv")
    }


PRODUCT_SCHEMES: Mapping[str, ProductScheme] = MappingProxyType(_load())
IMK_GROUPS: Mapping[str, str] = MappingProxyType({row["code"]: row["title"] for row in rows("imk_groups.csv")})
"""Three-digit product groups of the IMK scheme with their names."""

_PSP = re.compile(r"^\d\.\d{3}\.")
"""The head of a SAP project element ("1.100." in "1.100.01.01.01"): company code, not product."""


@lru_cache(maxsize=65536)
def product_digits(code: str, *, width: int = 0) -> str:
    """The digits of a product code without head, words and separators; lost leading zeros come back with `width`."""
    text = re.sub(r"^[^\d]*", "", code.strip())
    text = _PSP.sub("", text)
    match = re.match(r"\d[\d.\-/]*", text)
    digits = re.sub(r"\D", "", match.group(0)) if match else ""
    return digits.zfill(width) if digits and len(digits) == width - 1 else digits


def product_area(code: str, scheme_hint: str = "imk", *, width: int = 0) -> str | None:
    """The code of the product area in the scheme, None if the code does not fit it.

    "011101" is 01 in North Rhine-Westphalia and Hesse, "111101" is 11 in the IMK scheme; a single digit is a two-digit
    area that lost its leading zero. `width` is the usual number of digits in the file (see `detect_products`).
    """
    scheme = PRODUCT_SCHEMES.get(scheme_hint)
    if scheme is None:
        return None
    digits = product_digits(code, width=width)
    if len(digits) < scheme.digits:
        digits = digits.zfill(scheme.digits) if digits else ""
    area = digits[: scheme.digits]
    return area if area in scheme.areas else None


def area_title(area: str, scheme_hint: str = "imk") -> str | None:
    scheme = PRODUCT_SCHEMES.get(scheme_hint)
    found = scheme.areas.get(area) if scheme else None
    return found.title if found else None


def area_by_name(name: str, scheme_hint: str = "nrw") -> str | None:
    """The area whose name is meant by `name` in a file without codes; commas, case and "und" do not matter."""
    wanted = _words(name)
    scheme = PRODUCT_SCHEMES.get(scheme_hint)
    if scheme is None or not wanted:
        return None
    return next((area.code for area in scheme.areas.values() if _words(area.title) == wanted), None)


def _words(name: str) -> tuple[str, ...]:
    words = re.findall(r"[a-zäöüß]+", name.lower())
    return tuple(word.removesuffix("en") for word in words if word not in ("und", "u"))


def imk_for(area: str, scheme: str = "nrw") -> tuple[str, ...]:
    """The areas of the IMK scheme for an area of another scheme; empty if unknown or without counterpart."""
    found = PRODUCT_SCHEMES[scheme].areas.get(area) if scheme in PRODUCT_SCHEMES else None
    return found.imk if found else ()


def area_for_imk(imk: str, scheme: str = "nrw") -> str | None:
    """The area of `scheme` that holds a two- or three-digit IMK code."""
    known = PRODUCT_SCHEMES.get(scheme)
    if known is None:
        return None
    return next((area.code for area in known.areas.values() if imk[:2] in area.imk), None)


@dataclass(frozen=True, slots=True)
class ProductMatch:
    scheme: str
    score: float
    """Share of the codes that fit the scheme, a little less for schemes with fewer different areas in use."""
    width: int
    """Usual number of digits; codes with one digit less lost their leading zero."""
    areas: tuple[str, ...]


def detect_products(codes: Iterable[str]) -> tuple[ProductMatch, ...]:
    """All product schemes with a score from the product codes of a file, the best first.

    The schemes of North Rhine-Westphalia and Hesse have the same areas 01-16; they differ in 17 only and tie otherwise.
    """
    distinct = list(dict.fromkeys(code for code in codes if product_digits(code)))
    width = _width(distinct)
    matches = [_match(scheme, distinct, width) for scheme in PRODUCT_SCHEMES.values()]
    return tuple(sorted(matches, key=lambda match: -match.score))


def _width(codes: Sequence[str]) -> int:
    """The number of digits of the codes where leading zeros were lost, 0 if none were."""
    digits = [product_digits(code) for code in codes]
    lengths = {len(text) for text in digits}
    longest = max(lengths, default=0)
    lost = lengths == {longest, longest - 1} and longest > 2 and not any(text.startswith("0") for text in digits)
    short = [text for text in digits if len(text) == longest - 1]
    return longest if lost and all(text[0] != "0" for text in short) and _only_teens(digits, longest) else 0


def _only_teens(digits: Sequence[str], longest: int) -> bool:
    """Areas without a lost zero are 10 to 17 in a two-digit scheme, so all long codes begin with 1."""
    return all(text.startswith("1") for text in digits if len(text) == longest)


def _match(scheme: ProductScheme, codes: Sequence[str], width: int) -> ProductMatch:
    used_width = width if scheme.digits == 2 and scheme.id != "imk" else 0
    fitting = [product_area(code, scheme.id, width=used_width) for code in codes if _in_form(code, scheme)]
    used = tuple(sorted({area for area in fitting if area}))
    share = sum(area is not None for area in fitting) / len(codes) if codes else 0.0
    group_share = _group_share(codes) if scheme.id == "imk" else 1.0
    any_digit_fits = 0.7 if scheme.digits == 1 else 1.0
    return ProductMatch(scheme.id, round(share * (0.5 + 0.5 * group_share) * any_digit_fits, 4), used_width, used)


def _in_form(code: str, scheme: ProductScheme) -> bool:
    """Gliederungsziffern have at most five digits and no project head; other schemes allow any form."""
    return scheme.digits > 1 or (len(product_digits(code)) <= 5 and not _PSP.match(code.strip()))


def _group_share(codes: Sequence[str]) -> float:
    """How many codes of three and more digits begin with a known IMK product group; 1 if all are shorter."""
    long = [digits for digits in map(product_digits, codes) if len(digits) >= 3]
    return sum(digits[:3] in IMK_GROUPS for digits in long) / len(long) if long else 1.0
