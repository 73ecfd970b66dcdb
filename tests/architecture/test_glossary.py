"""One word per thing: the glossary, the models and the German names agree."""

import ast
import re

from django.apps import apps

from .ladder import ROOT, python_files

ROWS = re.findall(
    r"^\| ([^|]+) \| `([\w.]+)` \| (\w+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.M
)
FORBIDDEN = {"metric", "metrics", "kpi", "kpis", "hardness", "beteiligung"}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def own_models() -> dict[str, type]:
    return {model.__name__: model for model in apps.get_models() if model.__module__.startswith("gemeinwerk.")}


def test_every_model_stands_in_the_glossary_with_its_room_and_its_german_name():
    models = own_models()
    stated = {identifier: (german, room) for german, identifier, room in ROWS if "." not in identifier}
    assert set(stated) == set(models)
    for name, (german, room) in stated.items():
        assert models[name]._meta.app_label == room, name
        assert models[name]._meta.verbose_name == german, name


def test_every_member_named_in_the_glossary_exists():
    from gemeinwerk.budgets import models

    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    members = re.findall(r"`((?:Stage|Side)\.\w+)`", text)
    assert len(members) >= 8
    for member in members:
        kind, name = member.split(".")
        assert name in getattr(models, kind).__members__, member


def test_the_choices_of_the_tables_are_those_of_the_engine():
    from gemeinwerk.budgets import models
    from gemeinwerk.engine import tables

    assert set(models.Side.values) == {side.value for side in tables.Side}
    assert set(models.Stage.values) == {stage.value for stage in tables.Stage}


def test_forbidden_words_do_not_name_anything():
    wrong = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)
            if isinstance(name, str) and FORBIDDEN & {word.lower() for word in WORD.findall(name)}:
                wrong.append(f"{path.name}: {name}")
    assert wrong == []
