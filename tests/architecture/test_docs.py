"""The documentation says what the code does, because it fails here when it does not."""

import re

from gemeinwerk.budgets.models import IMPORT_STEPS

from .ladder import PACKAGE, ROOT, layers, open_rooms, python_files

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = re.findall(r"^\| ([^|]+) \| (\(?`\w+`\)?) \| ([^|]+) \|$", README, re.M)


def test_the_map_names_the_rooms_in_the_order_of_the_ladder():
    on_map = [cell.replace("`", "") for _, cell, _ in MAP]
    depth = {name: i for i, names in enumerate(layers()) for name in names}
    assert set(on_map) == set(depth)
    assert [depth[name] for name in on_map] == sorted(depth[name] for name in on_map)


def test_each_open_room_has_a_short_readme_that_begins_with_its_line_of_the_map():
    lines = {cell.strip("`"): text for _, cell, text in MAP if not cell.startswith("(")}
    for room in open_rooms():
        readme = (PACKAGE / room / "README.md").read_text(encoding="utf-8").splitlines()
        assert len(readme) <= 40, room
        assert readme[0] == f"# `{room}`: {lines[room]}", room


def test_every_variable_of_the_environment_is_documented():
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    names = set()
    for path in python_files():
        names |= set(re.findall(r"\"((?:GEMEINWERK_[A-Z_]+|DATABASE_URL|PORT))\"", path.read_text(encoding="utf-8")))
    assert "DATABASE_URL" in names
    assert [name for name in sorted(names) if f"`{name}`" not in operations] == []


def test_every_command_is_documented():
    from gemeinwerk.config import command

    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert {"demo", "serve", "worker", "import-directory", "import-budget", "export", "check"} <= set(command.COMMANDS)
    assert [name for name in command.COMMANDS if f"gemeinwerk {name}" not in operations] == []


def test_every_command_of_the_engine_has_a_page_of_its_method():
    from gemeinwerk.engine.__main__ import COMMANDS

    methods = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/methods").glob("*.md"))
    assert [name for name in COMMANDS if f"gemeinwerk.engine {name}" not in methods] == []


def test_links_in_the_docs_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:|/)([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_the_drawn_states_of_an_import_are_the_table():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", text, re.M))
    assert drawn == {(state, after) for state, afters in IMPORT_STEPS.items() for after in afters}


def test_the_version_is_the_first_heading_of_the_changelog_and_the_one_of_publiccode():
    version = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M).group(1)
    assert f'softwareVersion: "{version}"' in (ROOT / "publiccode.yml").read_text(encoding="utf-8")
