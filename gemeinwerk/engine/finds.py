"""Collects the problems of one reading: what occurs a thousand times is said once, with first place and count."""

from __future__ import annotations

from dataclasses import replace

from .problems import Place, Problem, Severity

NOWHERE = Place()


class Finds:
    def __init__(self) -> None:
        self._found: dict[str, Problem] = {}

    def add(self, code: str, text: str, severity: Severity = Severity.WARNING, place: Place = NOWHERE) -> None:
        known = self._found.get(code)
        self._found[code] = (
            Problem(code, text, severity, place) if known is None else replace(known, count=known.count + 1)
        )

    def error(self, code: str, text: str, place: Place = NOWHERE) -> None:
        self.add(code, text, Severity.ERROR, place)

    def note(self, code: str, text: str, place: Place = NOWHERE) -> None:
        self.add(code, text, Severity.NOTE, place)

    def extend(self, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            self.add(problem.code, problem.text, problem.severity, problem.place)

    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._found.values())
