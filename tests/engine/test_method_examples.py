"""The worked examples on the method pages are run as they are printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gemeinwerk.engine.__main__ import main

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"


@pytest.mark.parametrize("name", ["indicators", "early-warning", "balance", "projection"])
def test_page_shows_what_the_command_prints(name, tmp_path, capsys):
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    command = re.search(r"python -m gemeinwerk\.engine (\w+)", page)[1]
    document = re.search(r"```json\n(.*?)```", page, re.DOTALL)[1]
    shown = re.search(r"```text\n(.*?)```", page, re.DOTALL)[1]
    path = tmp_path / "example.json"
    path.write_text(json.dumps(json.loads(document)), encoding="utf-8")
    assert main([command, str(path)]) == 0
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert shown.strip()
    assert [line for line in shown.splitlines() if line not in printed] == []
