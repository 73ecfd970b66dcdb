"""From the collected rows to the lines of the budget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine import schemes
from gemeinwerk.engine.problems import Place
from gemeinwerk.engine.tables import (
    LINES,
    STAGES,
    Accounting,
    Category,
    Codes,
    Frame,
    Key,
    Side,
    Stage,
    code_type,
)

from . import kameral, keys, line_columns, lookup, neighbor_sums, sides, subtotals
from .collect import Collected, Segment
from .limits import Hints
from .mapping import ColumnRole, Mapping, Role, Sign
from .meanings import meanings, named_by
from .result import ProductNode, Subtotal
from .row_sides import RowSides

CHUNK = lookup.CHUNK


@dataclass(slots=True)
class Built:
    lines: Frame
    products: tuple[ProductNode, ...]
    subtotals: tuple[Subtotal, ...]
    sign: Sign
    scheme: sides.SchemeFind
    accounting: Accounting
    rows_blank: int = 0
    rows_without_amount: int = 0
    rows_subtotal: int = 0
    unknown_words: tuple[keys.Unknown, ...] = ()
    unknown_years: int = 0
    assumed_stage: bool = False
    missing_year: bool = False
    by_sign_only: int = 0
    sign_contradicts: bool = False
    padded: int = 0
    without_account: int = 0
    destroyed: int = 0
    mojibake: int = 0
    dates_restored: int = 0
    below_result: int = 0
    items_unread: int = 0
    sums_suspected: tuple[tuple[Place, str, bool], ...] = ()
    """Rows that look like sums of their neighbors but were kept as lines: place, label, whether they have a code."""


class Builder:
    """One use: collected rows in, lines out."""

    def __init__(self, collected: Collected, mapping: Mapping, hints: Hints) -> None:
        self.c = collected
        self.mapping = mapping
        self.hints = hints
        self.k = meanings(collected, mapping)
        self.codes = {group: column.codes.done() for group, column in collected.keys.items() if column.roles}
        self.cents = [amount.cents.done() for amount in collected.amounts]
        self.present = [amount.mask(collected.rows) for amount in collected.amounts]
        self.sides = RowSides(collected, self.k, self.codes, self.cents, self.present)

    # --- the steps -----------------------------------------------------------------------------------------------

    def build(self) -> Built:
        rows = self._rows()
        with_amount = rows.any_amount()
        reasons = self._reasons(rows, with_amount)
        blank = int((~with_amount & self._all_empty(rows)).sum()) if not with_amount.all() else 0
        evidence_year = self._years()[0] if self._years() else None
        self.accounting = self._accounting()
        scheme = sides.find_scheme(
            self.mapping.scheme, self.accounting, self._evidence(reasons), self.hints, evidence_year
        )
        self.accounting = self._settled_accounting(scheme)
        by_row = self.sides.of_rows(scheme)
        suspected = self._neighbor_sums(rows, reasons, by_row)
        sign, contradicts = self.sides.sign(by_row, reasons, self.mapping.sign)
        unsided = self.sides.by_sign(by_row, sign, reasons)
        subtotal_rows = self._subtotals(rows, reasons, by_row)
        without_account = self._without_account(reasons, with_amount, rows)
        without_amount = int((~with_amount).sum()) - blank
        del rows, with_amount
        lines = self._lines(reasons, by_row, sign, scheme)
        return Built(
            lines,
            self.k.product.nodes,
            subtotal_rows,
            sign,
            scheme,
            self.accounting,
            rows_blank=blank,
            rows_without_amount=without_amount,
            rows_subtotal=int((reasons != subtotals.LINE).sum()),
            unknown_words=self.k.unknown,
            unknown_years=sum(context.unknown_year for context in self.k.context),
            assumed_stage=self._assumed_stage,
            missing_year=self._missing_year,
            by_sign_only=unsided,
            sign_contradicts=contradicts,
            padded=self.k.product.padded + self.k.accounts_restored,
            without_account=without_account,
            destroyed=self._texts_with("\ufffd"),
            mojibake=self._texts_with("Ã¤", "Ã¶", "Ã¼", "ÃŸ", "Ã\u0084"),
            dates_restored=self._dates_restored(),
            below_result=int((reasons == subtotals.BELOW_RESULT).sum()),
            items_unread=self.k.items_unread,
            sums_suspected=suspected,
        )

    def _rows(self) -> subtotals.Rows:
        empty = {}
        for group, column in self.c.keys.items():
            if column.roles:
                texts = column.texts()
                flags = [not any(cells) for cells in texts]
                empty[group] = np.array(flags or [True], np.bool_)
        years = np.array([context.year or 0 for context in self.k.context] or [0], np.int32)
        return subtotals.Rows(self.c.rows, dict(self.codes), empty, self.cents, self.present, years)

    def _neighbor_sums(
        self, rows: subtotals.Rows, reasons: NDArray[np.int8], by_row: list[NDArray[np.int8]]
    ) -> tuple[tuple[Place, str, bool], ...]:
        """Marks rows that are sums of their neighbors; gives back those that only look like it."""
        if not neighbor_sums.is_searched(rows):
            return ()
        tables = np.zeros(self.c.rows, np.int16)
        for number, segment in enumerate(self.c.segments):
            tables[segment.start :] = number
        coded = np.zeros(self.c.rows, np.bool_)
        for group, known in (("product", self.k.product.keys), ("account", self.k.account), ("line", self.k.line)):
            if group in self.codes:
                flags = np.array([bool(key and key.code) for key in known] or [False], np.bool_)
                coded |= lookup.pick(flags, self.codes[group])
        same = ["context"] + (["product"] if "account" in self.codes or "line" in self.codes else [])
        groups = [tables, *(self.codes[group] for group in same if group in self.codes)]
        found = neighbor_sums.mark(rows, reasons, neighbor_sums.Neighbors(groups, by_row, coded))
        return tuple((self._place(row), self._label(row), bool(coded[row])) for row in found)

    def _all_empty(self, rows: subtotals.Rows) -> NDArray[np.bool_]:
        result = np.ones(self.c.rows, np.bool_)
        for group, codes in self.codes.items():
            result &= lookup.pick(rows.empty[group], codes)
        return result

    def _reasons(self, rows: subtotals.Rows, with_amount: NDArray[np.bool_]) -> NDArray[np.int8]:
        reasons = np.zeros(self.c.rows, np.int8)
        for group in ("product", "account", "line", "unit"):
            if group in self.codes:
                flags = subtotals.flag_names(self.c.keys[group].texts())
                if flags.any():
                    reasons = np.maximum(reasons, lookup.pick(flags, self.codes[group]))
        labels = [context.label for context in self.k.context]
        if any(labels):
            flags = subtotals.flag_names([(label,) for label in labels])
            reasons = np.maximum(reasons, lookup.pick(flags, self.codes["context"]))
        if reasons.any():
            reasons[~with_amount] = subtotals.LINE
        subtotals.missing_keys(rows, reasons, with_amount)
        product_codes = [key.code if key else "" for key in self.k.product.keys]
        account_codes = [key.code if key else "" for key in self.k.account]
        subtotals.hierarchy(rows, reasons, "account", "product", account_codes)
        subtotals.hierarchy(rows, reasons, "product", "account" if self.k.account else "line", product_codes)
        return reasons

    # --- year and stage ------------------------------------------------------------------------------------------

    def _years(self) -> list[int]:
        found = {context.year for context in self.k.context if context.year}
        found |= {amount.role.year for amount in self.c.amounts if amount.role.year}
        found |= {segment.year for segment in self.c.segments if segment.year}
        return sorted(year for year in found if year)

    def _stage(self, column: ColumnRole, context: keys.Context | None, year: int) -> Stage | None:
        own = column.stage or (context.stage if context else None)
        by_year = dict(self.mapping.stage_by_year)
        if year in by_year and own in (None, Stage.ESTIMATE):
            return by_year[year]
        return own

    # --- accounts and sides --------------------------------------------------------------------------------------

    def _accounting(self) -> Accounting | None:
        if self.mapping.accounting:
            return self.mapping.accounting
        return kameral.accounting_of(self.c)

    def _settled_accounting(self, scheme: sides.SchemeFind) -> Accounting:
        if self.accounting:
            return self.accounting
        return schemes.SCHEMES[scheme.scheme].accounting if scheme.scheme else Accounting.DOPPIK

    def _evidence(self, reasons: NDArray[np.int8]) -> list[schemes.AccountEvidence]:
        if not self.k.account or not self.cents:
            return []
        codes = self.codes["account"]
        sums = np.zeros(len(self.k.account))
        for cents in self.cents:
            for piece in lookup.slices(self.c.rows):
                sums += np.bincount(codes[piece], weights=cents[piece], minlength=len(sums))
        spoken = self.sides.spoken_by_account(codes)
        return [
            schemes.AccountEvidence(key.code, key.name, int(total), side)
            for key, total, side in zip(self._named_accounts(), sums, spoken, strict=True)
            if key and key.code[:1].isdigit()
        ][:3000]

    def _named_accounts(self) -> list[Key | None]:
        """Accounts without names take those of their plan lines."""
        if "line" not in self.codes or any(key.name for key in self.k.account if key):
            return self.k.account
        return named_by(self.k.account, self.k.line, self.codes["account"], self.codes["line"])

    # --- subtotals -----------------------------------------------------------------------------------------------

    def _subtotals(
        self, rows: subtotals.Rows, reasons: NDArray[np.int8], by_row: list[NDArray[np.int8]]
    ) -> tuple[Subtotal, ...]:
        found = np.flatnonzero(reasons != subtotals.LINE)
        result: list[Subtotal] = []
        compare = len(found) * self.c.rows < 30_000_000
        incoming = [sides.CODE[s] for s in (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN)]
        earlier: dict[int, list[int]] = {}
        for row in found[: subtotals.MAX_COMPARED * 5]:
            label = self._label(int(row))
            for place, cents in enumerate(self.cents):
                present = self.present[place]
                if present is not None and not present[row]:
                    continue
                total = None
                if reasons[row] == subtotals.NEIGHBORS:
                    total = int(cents[row])
                elif compare and reasons[row] != subtotals.BELOW_RESULT:
                    comparison = subtotals.Comparison(rows, reasons, np.isin(by_row[place], incoming), earlier)
                    total = comparison.lines_cents(int(row), place, label)
                result.append(self._subtotal(int(row), place, label, int(reasons[row]), int(cents[row]), total))
        return tuple(result)

    def _subtotal(self, row: int, place: int, label: str, reason: int, cents: int, total: int | None) -> Subtotal:
        segment = self._segment(row)
        column = self.c.amounts[place].role
        context = self.k.context[int(self.codes["context"][row])] if "context" in self.codes else None
        year = self._year(column, context.year if context else None, segment.year)
        unit = self.mapping.unit or 1
        return Subtotal(
            str(segment.sheet),
            row - segment.start + segment.first_row,
            column.index + 1,
            label,
            subtotals.REASONS[reason],
            year or None,
            self._stage(column, context, year),
            cents * unit,
            None if total is None else total * unit,
        )

    def _segment(self, row: int) -> Segment:
        return next(segment for segment in reversed(self.c.segments) if segment.start <= row)

    def _place(self, row: int) -> Place:
        segment = self._segment(row)
        return Place(str(segment.sheet), row - segment.start + segment.first_row)

    def _label(self, row: int) -> str:
        parts = []
        for group in ("product", "account", "line"):
            if group in self.codes:
                texts = list(self.c.keys[group].index)
                key = texts[int(self.codes[group][row])]
                parts += [str(cell).strip() for cell in (key if isinstance(key, tuple) else (key,)) if cell]
        if "context" in self.codes:
            parts.append(self.k.context[int(self.codes["context"][row])].label)
        return " · ".join(dict.fromkeys(part for part in parts if part)) or "ohne Bezeichnung"

    # --- lines ---------------------------------------------------------------------------------------------------

    def _year(self, column: ColumnRole, row_year: int | None, table_year: int | None) -> int:
        base = column.year or row_year or self.mapping.default_year or table_year
        return 0 if not base else base + (0 if column.year else column.year_offset)

    def _lines(
        self,
        reasons: NDArray[np.int8],
        by_row: list[NDArray[np.int8]],
        sign: Sign,
        scheme: sides.SchemeFind,
    ) -> Frame:
        is_line = reasons == subtotals.LINE
        everything = bool(is_line.all())
        kept = [
            None
            if everything and present is None
            else np.flatnonzero(is_line if present is None else is_line & present)
            for present in self.present
        ]
        self._assumed_stage = self._missing_year = False
        self.sides.apply_sign(by_row, sign, self.mapping.unit or 1)
        columns: dict[str, object] = {}
        columns["sheet"], columns["row"] = self._places(kept)
        columns["column"] = line_columns.joined(
            [np.broadcast_to(np.int16(amount.role.index + 1), self.c.rows) for amount in self.c.amounts], kept, np.int16
        )
        columns["year"], columns["stage"] = self._years_and_stages(kept)
        side = line_columns.joined(by_row, kept, np.int8)
        self._size = len(side)
        by_row.clear()
        columns["side"] = side
        columns["amount_cents"] = line_columns.joined(self.cents, kept, np.int64)
        self.cents.clear()
        accounts = line_columns.joined_codes(self.codes.get("account"), kept)
        plan_lines = line_columns.joined_codes(self.codes.get("line"), kept)
        words = self._positions_of_words(kept) if accounts is None and plan_lines is None else None
        self.codes.pop("context", None)
        names, by_account, by_line = sides.positions(self.k.account, self.k.line, scheme.scheme)
        columns["position"] = line_columns.positions(accounts, plan_lines, side, names, by_account, by_line)
        if words is not None:
            columns["position"] = words
        columns["account"] = self._account_category(accounts, plan_lines)
        del plan_lines
        columns["product"] = line_columns.category(
            line_columns.joined_codes(self.codes.get("product"), kept), self.k.product.keys, self._size
        )
        columns["unit"] = line_columns.category(
            line_columns.joined_codes(self.codes.get("unit"), kept), self.k.unit, self._size
        )
        return Frame(LINES, columns)  # type: ignore[arg-type]

    def _positions_of_words(self, kept: list[NDArray[np.int64] | None]) -> Category | None:
        """Where a file has neither accounts nor lines, the word itself ("Ord. Erträge") is the position."""
        if "context" not in self.codes:
            return None
        index: dict[str, int] = {}
        lut = []
        for context in self.k.context:
            found = schemes.position_by_name(context.side_word, context.side) if context.side else None
            lut.append(index.setdefault(found, len(index)) if found else -1)
        codes = line_columns.joined([self.codes["context"]] * len(kept), kept, self.codes["context"].dtype)
        values = tuple(Key(code, schemes.POSITIONS[code].title) for code in index)
        return Category(lookup.pick(np.array(lut, code_type(len(index))), codes), values)

    def _places(self, kept: list[NDArray[np.int64] | None]) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
        rows = np.empty(self.c.rows, np.int32)
        sheet: NDArray[np.int16] = np.broadcast_to(np.int16(0), self.c.rows)
        if len(self.c.segments) > 1:
            sheet = np.zeros(self.c.rows, np.int16)
        ends = [segment.start for segment in self.c.segments[1:]] + [self.c.rows]
        for segment, end in zip(self.c.segments, ends, strict=True):
            for start in range(segment.start, end, CHUNK):
                stop = min(start + CHUNK, end)
                offset = segment.first_row - segment.start
                rows[start:stop] = np.arange(start + offset, stop + offset, dtype=np.int32)
            if len(self.c.segments) > 1:
                sheet[segment.start : end] = segment.sheet
        count = len(self.c.amounts)
        return line_columns.joined([sheet] * count, kept, np.int16), line_columns.joined([rows] * count, kept, np.int32)

    def _years_and_stages(self, kept: list[NDArray[np.int64] | None]) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        years, stages = [], []
        for amount in self.c.amounts:
            year, stage = self._years_of(amount.role)
            years.append(year)
            stages.append(stage)
        joined = line_columns.joined(years, kept, np.int16), line_columns.joined(stages, kept, np.int8)
        self._missing_year = bool((joined[0] == 0).any())
        return joined

    def _years_of(self, column: ColumnRole) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        rows = self.c.rows
        contexts: list[keys.Context | None] = list(self.k.context) if "context" in self.codes else [None]
        pieces = []
        ends = [segment.start for segment in self.c.segments[1:]] + [rows]
        for segment, end in zip(self.c.segments, ends, strict=True):
            year_lut = [self._year(column, context.year if context else None, segment.year) for context in contexts]
            found = [self._stage(column, c, y) for c, y in zip(contexts, year_lut, strict=True)]
            self._assumed_stage |= None in found and self.mapping.default_stage is None
            default = self.mapping.default_stage or Stage.ESTIMATE
            stage_lut = [STAGES.index(stage or default) for stage in found]
            if len(contexts) == 1:
                size = end - segment.start
                pieces.append(
                    (np.broadcast_to(np.int16(year_lut[0]), size), np.broadcast_to(np.int8(stage_lut[0]), size))
                )
            else:
                codes = self.codes["context"][segment.start : end]
                pieces.append(
                    (line_columns.picked(year_lut, codes, np.int16), line_columns.picked(stage_lut, codes, np.int8))
                )
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate([y for y, _ in pieces]), np.concatenate([s for _, s in pieces])

    def _account_category(self, accounts: Codes | None, plan_lines: Codes | None) -> Category:
        if accounts is None:
            return line_columns.category(plan_lines, self.k.line, self._size)
        return line_columns.category(accounts, self._named_accounts())

    _assumed_stage = False
    _missing_year = False
    _size = 0

    # --- counts --------------------------------------------------------------------------------------------------

    def _without_account(self, reasons: NDArray[np.int8], with_amount: NDArray[np.bool_], rows: subtotals.Rows) -> int:
        group = "account" if "account" in self.codes else "line" if "line" in self.codes else ""
        if not group:
            return 0
        if not rows.empty[group].any():
            return 0
        return int(
            (lookup.pick(rows.empty[group], self.codes[group]) & with_amount & (reasons == subtotals.LINE)).sum()
        )

    def _texts_with(self, *marks: str) -> int:
        """How many different texts hold one of the marks."""
        texts = (cell for column in self.c.keys.values() if column.roles for cells in column.texts() for cell in cells)
        return sum(any(mark in cell for mark in marks) for cell in texts)

    def _dates_restored(self) -> int:
        column = self.c.keys["product"]
        places = [i for i, role in enumerate(column.roles) if role.role is Role.PRODUCT_CODE]
        return sum(
            keys.restore_code(cells[i]) != cells[i] and keys.is_date_code(cells[i])
            for cells in column.texts()
            for i in places
        )
