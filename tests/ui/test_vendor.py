"""What was brought in is what was brought in, its licences lie beside it, and every icon that is asked for exists."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "gemeinwerk/ui/static/ui"
KERN = STATIC / "vendor/kern"
VENDOR = tomllib.loads((KERN / "VENDOR.toml").read_text(encoding="utf-8"))


def test_every_file_is_the_one_that_was_brought_in():
    present = {str(path.relative_to(KERN)) for path in KERN.rglob("*") if path.is_file()} - {"VENDOR.toml"}
    assert present == set(VENDOR["sha256"])
    for name, digest in VENDOR["sha256"].items():
        assert sha256((KERN / name).read_bytes()).hexdigest() == digest, name


def test_the_vendored_files_stay_small():
    assert sum(path.stat().st_size for path in KERN.rglob("*") if path.is_file()) < 1_500_000


def test_licences_lie_beside():
    named = set(re.findall(r"LICENSES/[\w.-]+", "\n".join(VENDOR["parts"].values())))
    assert named
    assert all((ROOT / name).is_file() for name in named)
    assert "EUROPÄISCHE UNION PUBLIC LICENCE" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_every_icon_that_is_asked_for_exists():
    sheets = (KERN / "kern.min.css").read_text(encoding="utf-8") + (STATIC / "icons.css").read_text(encoding="utf-8")
    known = set(re.findall(r"\.kern-icon--([a-z-]+)", sheets))
    asked: dict[str, str] = {}
    for path in (ROOT / "gemeinwerk").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'\{% icon "([^"]+)"|kern-icon--([a-z][a-z-]+)| icon="([^"]+)"', text):
            asked["".join(name)] = path.name
    assert {name: where for name, where in asked.items() if name not in known} == {}


def test_style_sheets_use_tokens_and_load_nothing_from_elsewhere():
    for path in STATIC.glob("*.css"):
        text = path.read_text(encoding="utf-8")
        if path.name not in {"print.css", "icons.css"}:
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", text) == [], f"{path.name}: Farbe ohne Token"
        assert not re.search(r"url\([\"']?(https?:)?//", text), path.name
        for target in re.findall(r'url\("([^"]+)"\)', text):
            assert target.startswith("data:") or (path.parent / target).is_file(), f"{path.name} → {target}"
