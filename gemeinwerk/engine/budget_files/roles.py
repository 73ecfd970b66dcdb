"""Proposes what each column holds, from its name and from what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gemeinwerk.engine import schemes
from gemeinwerk.engine.tables import Side, Stage

from .kameral import is_clear_item
from .kameral import subjects as kameral_subjects
from .mapping import ColumnRole, Role
from .profile import NAME_SUFFIX, Profile
from .source import Declared
from .words import fold, is_derived_amount, is_subtotal, side_of_word, stage_of_word, year_in

_SUBJECTS: tuple[tuple[str, str], ...] = (
    ("item", r"\bhh ?st(elle)?\b|\bhst\b|haushaltsst|buchungsstelle"),
    (
        "line",
        r"ergebnisgliederung|kont(o|en) ?gruppe|kontoart|kontenart|ertrags? ?(und|u|/)? ?aufwands? ?art"
        r"|ertragsart|aufwandsart"
        r"|\bzeilen?( nr| nummer)?\b|\bzl\b|\bzlbez\b|plan ?zeile|plan ?position|gruppierungsbez",
    ),
    (
        "account",
        r"sachkont|\bkonto|konto(nr|nummer|bez)?\b|kostenart|\bfibu|gruppierung|\bgrp?z?\b|\bknr\b|kontenbereich|finanzposition"
        r"|\bkonten\b",
    ),
    (
        "product",
        r"produkt|teilplan|einzelplan|abschnitt|\bgliederung|\bleistung|kostentraeger|\bpsp|profitcenter|\bobjekt"
        r"|\bpnr\b|\bpb\b|\bpg\b|\bpr\b|\bpbbez\b|\bonummer\b|\bbgbez\b|\bbg\b|\bbereich|\bgruppe|aufgabenbereich|\bugl\b|\bgl\b|\bep\b"
        r"|\btp nr\b|\btp name\b|\bua\b|einrichtung|\bprodu",
    ),
    (
        "unit",
        r"\bamt\b|\baemter|dezernat|referat|fachbereich|fachdienst|fachgebiet|organisation|\borg\b|\boe\b|kostenstelle"
        r"|dienststelle|abteilung|\bthh\b|teilhaushalt|verantwort|sachgebiet|\bfb\b|\bbudget\b"
        r"|geschaeftsbereich",
    ),
)  # fmt: skip
_YEAR_NAME = re.compile(
    r"\bh?h?jahr|haushaltsjahr|\byear\b|\bdatum\b|\bdate\b|periode|geschaeftsjahr|\bgj\b|\bhhj\b|\bhj\b"
)
_AMOUNT_NAME = re.compile(
    r"betrag|amount|ansa?e?tz|ansaetze|\bplan|\bsoll|\bist\b|ergebnis|\bwert\b|\bsumme|\beuro?\b|ausgabe|einnahme|eingabe|ertr"
    r"|aufw|saldo|\bve\b|rechnung|kosten\b|erloes|zahlung|value|\bre\b|entwurf"
)
_COUNTER = re.compile(r"\blfd\b|laufende n|zeilennummer")
_ID_NAME = re.compile(
    r"^(id|identifikation|index|lfd ?nr|lfd|laufende nr|laufende nummer|nr|zeilennummer|pos|key|schluessel)$"
)


def propose(columns: Sequence[Profile], declared: Declared) -> tuple[ColumnRole, ...]:
    """A role for every column of the table."""
    roles: dict[int, ColumnRole] = {}
    for column in columns:
        role = _fixed_role(column, declared)
        if role is not None:
            roles[column.index] = role
    open_ = [column for column in columns if column.index not in roles]
    for amount in _amounts(open_, columns, declared):
        roles[amount.index] = amount
    open_ = [column for column in open_ if column.index not in roles]
    roles.update(_dimensions(open_, declared))
    ordered = [roles.get(c.index, ColumnRole(c.index, c.header, Role.IGNORE)) for c in columns]
    return tuple(_with_side_letters(ordered, columns))


# --- columns that say themselves what they are ------------------------------------------------------------------------


def _fixed_role(column: Profile, declared: Declared) -> ColumnRole | None:
    def role(kind: Role) -> ColumnRole:
        return ColumnRole(column.index, column.header, kind)

    if not column.filled:
        return role(Role.IGNORE)
    if column.header in declared.identifiers or _is_identifier(column):
        return role(Role.IGNORE)
    if (column.header in declared.years and column.year > 0.9) or _is_year(column):
        return role(Role.YEAR)
    if column.side or (column.header in declared.sides and any(map(side_of_word, column.distinct))):
        return role(Role.SIDE)
    if column.plan and len(column.distinct) <= 6:
        return role(Role.PLAN)
    if (column.stage and column.numeric < 0.5) or column.header in declared.stages:
        return role(Role.STAGE)
    return role(Role.TASK_KIND) if column.task and len(column.distinct) > 1 else None


def _is_identifier(column: Profile) -> bool:
    unique = column.rows > 1 and len(column.distinct) == column.filled == column.rows
    return bool(_ID_NAME.match(column.folded)) and unique and column.code > 0.9 and column.numeric > 0.9


def _is_year(column: Profile) -> bool:
    if column.year < 0.95 or len(column.distinct) > 60:
        return False
    return bool(_YEAR_NAME.search(column.folded)) or (not year_in(column.header) and not _subject(column))


# --- amounts ----------------------------------------------------------------------------------------------------------


def _amounts(columns: Sequence[Profile], everything: Sequence[Profile], declared: Declared) -> list[ColumnRole]:
    measures = {name: (direction, phase) for name, direction, phase in declared.measures}
    found = []
    for column in columns:
        if column.header in measures and column.numeric > 0.5:
            found.append(_declared_amount(column, *measures[column.header]))
        elif not measures and _looks_like_amount(column):
            found.append(_amount(column))
    usable = [column for column in found if column.role is Role.AMOUNT]
    if not usable and not measures:
        rest = [column for column in columns if column.numeric > 0.8 and not _subject(column)]
        best = max(rest, key=lambda column: (column.fractional, column.index), default=None)
        found += [ColumnRole(best.index, best.header, Role.AMOUNT)] if best else []
    return _once_per_meaning(_relative(found))


def _looks_like_amount(column: Profile) -> bool:
    named = bool(_AMOUNT_NAME.search(column.folded))
    if column.numeric < (0.3 if named else 0.6) or (_YEAR_NAME.search(column.folded) and column.year > 0.5):
        return False
    if year_in(column.header) is not None:
        return True
    if named and not NAME_SUFFIX.search(column.folded):
        return not _subject(column) or column.fractional > 0.3
    return (not column.header and column.fractional > 0.3) or (column.fractional > 0.6 and not _subject(column))


def _amount(column: Profile) -> ColumnRole:
    if is_derived_amount(column.header):
        return ColumnRole(column.index, column.header, Role.IGNORE, year=year_in(column.header))
    side = side_of_word(column.header)
    return ColumnRole(
        column.index,
        column.header,
        Role.AMOUNT,
        year=year_in(column.header),
        stage=stage_of_word(_without_side(column.header)),
        side=side,
    )


def _without_side(header: str) -> str:
    """ "Ertrags- und Aufwandsarten Ergebnis" keeps its stage words; "Ergebnisplan" names no stage."""
    return re.sub(r"(?i)ergebnis(plan|haushalt|rechnung)|finanz(haushalt|rechnung)", " ", header)


def _declared_amount(column: Profile, direction: str, phase: str) -> ColumnRole:
    role = _amount(column)
    side = {"expenditure": Side.EXPENSE, "revenue": Side.INCOME}.get(direction)
    stage = {"approved": Stage.ESTIMATE, "proposed": Stage.ESTIMATE, "executed": Stage.ACTUAL}.get(phase)
    return replace(role, role=Role.AMOUNT, side=side or role.side, stage=role.stage or stage)


def _relative(columns: list[ColumnRole]) -> list[ColumnRole]:
    """ "Ergebnis des Vorjahres" is the year before; "Ansatz Folgejahr" the year after."""
    result = []
    for column in columns:
        folded = fold(column.name)
        offset = -2 if "vorvorjahr" in folded else -1 if "vorjahr" in folded else 1 if "folgejahr" in folded else 0
        result.append(replace(column, year_offset=offset) if offset and column.year is None else column)
    return result


def _once_per_meaning(columns: list[ColumnRole]) -> list[ColumnRole]:
    """Of two plan figures of one year the updated one ("fortgeschrieben") is the later stage; repeated ones go."""
    result: list[ColumnRole] = []
    seen: dict[tuple[object, ...], int] = {}
    for column in columns:
        if column.role is not Role.AMOUNT:
            result.append(column)
            continue
        meaning = (column.year, column.year_offset, column.stage, column.side)
        if meaning in seen and "fortgeschrieben" in fold(column.name):
            column = replace(column, stage=Stage.SUPPLEMENT)
            meaning = (column.year, column.year_offset, column.stage, column.side)
        if meaning in seen:
            column = replace(column, role=Role.IGNORE)
        seen[meaning] = column.index
        result.append(column)
    return result


# --- dimensions -------------------------------------------------------------------------------------------------------


def _subject(column: Profile) -> str:
    """ "product", "account", "line", "unit", "item" or "" by the name of the column; the last words count most."""
    head, _, tail = column.header.rpartition(".")
    for text in (column.folded, fold(head.rpartition(".")[2]) if head and tail else ""):
        named = _subject_of(text)
        if named:
            return named
    return ""


def _subject_of(folded: str) -> str:
    if re.match(r"^(produkt|haupt ?produkt)", folded):
        return "product"
    return next((subject for subject, pattern in _SUBJECTS if re.search(pattern, folded)), "")


def _dimensions(columns: Sequence[Profile], declared: Declared) -> dict[int, ColumnRole]:
    subjects = {column.index: _subject_by_content(column) for column in columns}
    kameral = kameral_subjects([column.folded for column in columns])
    subjects |= {columns[place].index: subject for place, subject in kameral.items()}
    by_index = {column.index: column for column in columns}
    pairs = _pairs(columns, subjects, declared)
    _inherit(pairs, subjects, by_index)
    _fill_in(pairs, subjects, by_index)
    roles: dict[int, ColumnRole] = {}
    for subject in ("account", "line", "item"):
        groups = [pair for pair in pairs if subjects[pair[0]] == subject]
        chosen = max(groups, key=lambda pair: _detail(pair, by_index), default=None)
        for pair in groups:
            roles.update(_role_pair(pair, subject, by_index, 0) if pair is chosen else _left(pair, by_index))
    for subject in ("product", "unit"):
        groups = [pair for pair in pairs if subjects[pair[0]] == subject]
        for level, pair in enumerate(_levels(groups, by_index), 1):
            roles.update(_role_pair(pair, subject, by_index, level))
    for pair in pairs:
        if subjects[pair[0]] in ("", "measure"):
            roles.update(_left(pair, by_index))
    return roles


def _subject_by_content(column: Profile) -> str:
    named = _subject(column)
    if named in ("item", "unit"):
        return named
    if named in ("", "account") and column.distinct and all(map(is_clear_item, column.distinct)):
        return "item"
    if (column.is_name and column.combined < 0.5) or column.combined >= 0.5:
        words = [word for word in column.distinct if len(word) > 3][:200]
        known = sum(schemes.position_by_name(word) is not None for word in words)
        if words and known >= 0.6 * len(words) and named not in ("account", "product"):
            return "line"
    return named


Pair = tuple[int, ...]
"""Indices of the columns of one dimension: (code, name), (code,), (name,) or (combined,)."""


def _pairs(columns: Sequence[Profile], subjects: dict[int, str], declared: Declared) -> list[Pair]:
    """Each name column beside the code column whose values it names."""
    labels = dict(declared.label_for)
    codes = [column for column in columns if not column.is_name and column.combined < 0.5]
    names = [column for column in columns if column not in codes and not _is_label(column)]
    taken: dict[int, int] = {}
    fitting = [
        (_closeness(code, name, labels), code.index, name.index)
        for name in names
        if name.combined < 0.5
        for code in codes
        if _names(code, name, subjects, labels)
    ]
    for _, code_index, name_index in sorted(fitting, key=lambda item: (item[0], -item[1]), reverse=True):
        if code_index not in taken and name_index not in taken.values():
            taken[code_index] = name_index
    _pair_neighbors(codes, names, subjects, taken)
    used = set(taken.values())
    pairs: list[Pair] = [(code.index, taken[code.index]) if code.index in taken else (code.index,) for code in codes]
    pairs += [(column.index,) for column in columns if column not in codes and column.index not in used]
    return sorted(pairs)


def _pair_neighbors(
    codes: list[Profile], names: list[Profile], subjects: dict[int, str], taken: dict[int, int]
) -> None:
    """A code that counts only within its parent does not tell its name; the column to its right does."""
    used = set(taken.values())
    for name in names:
        left = next((code for code in codes if code.index == name.index - 1), None)
        if left is None or name.index in used or name.combined >= 0.5 or left.index in taken:
            continue
        if subjects[left.index] and subjects[left.index] == subjects[name.index]:
            taken[left.index] = name.index


def _names(code: Profile, name: Profile, subjects: dict[int, str], labels: dict[str, str]) -> bool:
    if labels.get(name.header) == code.header or _twins(code, name):
        return True
    one, other = subjects[code.index], subjects[name.index]
    if one and other and one != other and {one, other} != {"line", "account"}:
        return False
    if labels and name.header in labels:
        return False
    return _determines(code, name) and (
        abs(code.index - name.index) <= 1 or len(code.distinct) <= 1.3 * len(name.distinct) + 2
    )


_CODE_SUFFIX = re.compile(r"\b(code|nr|nummer|schluessel|key)\b.*$")


def _twins(code: Profile, name: Profile) -> bool:
    """Columns beside each other that differ only in "Code" and "Bezeichnung"."""
    one = _CODE_SUFFIX.sub("", fold(code.header)).strip()
    other = re.sub(r"\b(bez|bezeichnung|name|text|label)\b.*$", "", fold(name.header)).strip()
    return name.index == code.index + 1 and bool(one) and one == other and one != fold(code.header)


def _determines(code: Profile, name: Profile) -> bool:
    """Whether (nearly) every code stands beside one name only."""
    pairs = {(c, n) for c, n in zip(code.texts, name.texts, strict=True) if c and n}
    known = {c for c, _ in pairs}
    return bool(known) and len(pairs) <= 1.15 * len(known) + 1


def _closeness(code: Profile, name: Profile, labels: dict[str, str]) -> tuple[bool, bool, int]:
    stem = NAME_SUFFIX.sub("", name.folded).strip()
    parent = code.header.rpartition(".")[0] == name.header.rpartition(".")[0]
    same = bool(stem) and (code.folded.startswith(stem[:8]) or stem.startswith(code.folded[:8]))
    return (labels.get(name.header) == code.header, same and parent, -abs(code.index + 1 - name.index))


def _inherit(pairs: list[Pair], subjects: dict[int, str], by_index: dict[int, Profile]) -> None:
    """Both columns of a pair speak of one thing; the side of the pair that names it decides."""
    for pair in pairs:
        named = [subjects[index] for index in pair if subjects[index]]
        if named:
            best = "line" if "line" in named and "product" not in named and "account" not in named else named[0]
            for index in pair:
                subjects[index] = best


def _fill_in(pairs: list[Pair], subjects: dict[int, str], by_index: dict[int, Profile]) -> None:
    """Columns that no word tells: accounts by their numbers and names, the rest as product levels."""
    have = {subjects[pair[0]] for pair in pairs}
    lines = [pair for pair in pairs if subjects[pair[0]] == "line" and len(by_index[pair[0]].distinct) > 1]
    for pair in pairs:
        if subjects[pair[0]]:
            continue
        code = by_index[pair[0]]
        if "account" not in have and any(_refines(code, by_index[line[0]]) for line in lines):
            subjects.update(dict.fromkeys(pair, "account"))
        elif _is_label(code) or (code.is_name and code.combined < 0.5 and len(code.distinct) < 2):
            continue
        elif len(pair) == 2 or code.is_name:
            subjects.update(dict.fromkeys(pair, "product"))


def _refines(code: Profile, line: Profile) -> bool:
    """Account numbers that begin with the number of the line they belong to: 50321000 under 50."""
    pairs = [(c, n) for c, n in zip(code.texts, line.texts, strict=True) if c and n]
    fits = sum(c.startswith(n) and len(c) >= 4 and c.isdigit() for c, n in pairs)
    return bool(pairs) and fits > 0.9 * len(pairs)


def _is_label(column: Profile) -> bool:
    return column.is_name and len(column.distinct) <= 6 and any(is_subtotal(word) for word in column.distinct)


def _detail(pair: Pair, by_index: dict[int, Profile]) -> tuple[int, int, int]:
    first = by_index[pair[0]]
    return len(first.distinct), len(pair), max(map(len, first.distinct), default=0)


_RANKS = (
    (r"haupt ?produktbereich", 1),
    (r"produktbereich|einzelplan|\bpb|^bereich|\bep\b", 2),
    (r"produktgruppe|unterabschnitt|\bua\b|\bpg", 4),
    (r"\babschnitt|^gruppe", 3),
    (r"produkt|gliederung", 5),
    (r"leistung|kostentraeger", 6),
)


def _levels(groups: list[Pair], by_index: dict[int, Profile]) -> list[Pair]:
    """From the highest to the lowest level: by the words of the names, else few values and short codes first."""
    ranks = [_rank(by_index[pair[0]]) for pair in groups]
    if all(ranks) and len(set(ranks)) == len(ranks):
        return [pair for _, pair in sorted(zip(ranks, groups, strict=True))]
    return sorted(groups, key=lambda pair: _fineness(pair, by_index))


def _rank(column: Profile) -> int:
    numbered = re.search(r"\b(?:ebene|level|stufe|class) (\d)\b|\b(\d) (?:ebene|level|stufe)\b", fold(column.header))
    if numbered:
        return 10 + int(numbered[1] or numbered[2])
    return next((rank for pattern, rank in _RANKS if re.search(pattern, column.folded)), 0)


def _fineness(pair: Pair, by_index: dict[int, Profile]) -> tuple[int, float, int]:
    first = by_index[pair[0]]
    lengths = [len(text) for text in first.distinct]
    length = 0.0 if first.is_name and first.combined < 0.5 else sum(lengths) / max(len(lengths), 1)
    if first.combined >= 0.5:
        found = [len(text.split()[0]) for text in first.distinct if text.split()]
        length = sum(found) / max(len(found), 1)
    return max(len(by_index[index].distinct) for index in pair), length, pair[0]


_ROLES = {
    "product": (Role.PRODUCT_CODE, Role.PRODUCT_NAME, Role.PRODUCT),
    "unit": (Role.UNIT_CODE, Role.UNIT_NAME, Role.UNIT),
    "account": (Role.ACCOUNT_CODE, Role.ACCOUNT_NAME, Role.ACCOUNT),
    "line": (Role.PLAN_LINE_CODE, Role.PLAN_LINE_NAME, Role.PLAN_LINE),
    "item": (Role.BUDGET_ITEM, Role.ACCOUNT_NAME, Role.BUDGET_ITEM),
}


def _role_pair(pair: Pair, subject: str, by_index: dict[int, Profile], level: int) -> dict[int, ColumnRole]:
    code_role, name_role, combined_role = _ROLES[subject]
    first = by_index[pair[0]]
    if len(pair) == 2:
        kinds = [code_role, name_role]
    elif first.combined >= 0.5:
        kinds = [combined_role]
    else:
        kinds = [name_role if first.is_name else code_role]
    return {
        index: ColumnRole(index, by_index[index].header, kind, level=level)
        for index, kind in zip(pair, kinds, strict=True)
    }


def _left(pair: Pair, by_index: dict[int, Profile]) -> dict[int, ColumnRole]:
    return {
        index: ColumnRole(index, by_index[index].header, Role.LABEL if _is_label(by_index[index]) else Role.IGNORE)
        for index in pair
    }


def _with_side_letters(roles: list[ColumnRole], columns: Sequence[Profile]) -> list[ColumnRole]:
    """A lone income and a lone expense column keep their sides; with a side column they are not needed."""
    sides = [role.side for role in roles if role.role is Role.AMOUNT]
    if any(role.role is Role.SIDE for role in roles) and len(set(sides)) == 1:
        return [replace(role, side=None) if role.role is Role.AMOUNT else role for role in roles]
    return roles
