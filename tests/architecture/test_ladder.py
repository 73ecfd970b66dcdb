"""Arrows point down: what the import contracts cannot see."""

import re

from django.apps import apps

from .ladder import PACKAGE, contract, height, open_rooms, python_files, subject_rooms

OWN = "gemeinwerk."


def room_of(model) -> str | None:
    return model.__module__.split(".")[1] if model.__module__.startswith(OWN) else None


def test_every_folder_is_an_open_room():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == open_rooms()


def test_foreign_keys_follow_the_ladder():
    order = height()
    wrong = []
    for model in apps.get_models():
        room = room_of(model)
        if room is None:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or not isinstance(target, type):
                continue
            target_room = room_of(target)
            if target_room and target_room != room and order[target_room] <= order[room]:
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_the_contract_inside_rooms_names_every_subject_room():
    listed = {name.removeprefix(OWN) for name in contract("Inside a room")["containers"]}
    assert listed == subject_rooms()


def test_templates_use_only_their_own_room_and_ui():
    wrong = []
    for path in PACKAGE.rglob("*.html"):
        room = path.relative_to(PACKAGE).parts[0]
        for name in re.findall(r"{%\s*(?:extends|include)\s+\"([^\"]+)\"", path.read_text(encoding="utf-8")):
            if "/" in name and name.split("/")[0] not in {room, "ui", "django"}:
                wrong.append(f"{path.relative_to(PACKAGE)} uses {name}")
    assert wrong == []


def test_rooms_do_not_reach_each_other_by_name():
    wrong = [str(path) for path in python_files() if "apps.get_model(" in path.read_text(encoding="utf-8")]
    assert wrong == []


def test_the_engine_has_no_clock_and_no_unseeded_chance():
    forbidden = re.compile(r"datetime\.now|date\.today|time\.time\(|\brandom\.random\(|default_rng\(\)")
    wrong = [str(path) for path in python_files("engine") if forbidden.search(path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_forms_do_not_save_and_views_do_not_query():
    wrong = []
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        kind = {path.stem, path.parent.name}
        if "forms" in kind and ".save(" in text:
            wrong.append(f"{path}: .save(")
        if "views" in kind and ".objects." in text:
            wrong.append(f"{path}: .objects.")
    assert wrong == []


def test_only_the_gate_makes_a_seat():
    makes = re.compile(r"\bSeat\(")
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in python_files()
        if makes.search(path.read_text(encoding="utf-8")) and path.name != "access.py"
    ]
    assert wrong == []


def test_no_signals_and_no_own_save():
    wrong = []
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        if re.search(r"def save\(self|@receiver\(|\.connect\(receiver", text):
            wrong.append(str(path.relative_to(PACKAGE)))
    assert wrong == []


def test_no_drawer_without_a_name():
    drawers = {"utils", "common", "helpers", "core", "misc"}
    assert [path for path in PACKAGE.rglob("*") if path.stem in drawers] == []
