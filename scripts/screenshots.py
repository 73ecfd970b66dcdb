"""Photographs pages of a running server: desktop and phone width, light and dark.

python scripts/screenshots.py http://localhost:8000/ http://localhost:8000/hilfe/ --to var/screenshots
python scripts/screenshots.py URL --login clara@demo.example:PASSWORD --widths 1366,390
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--to", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--widths", default="1366,390")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--login", default="", help="E-Mail:Kennwort")
    parser.add_argument("--part", default="", help="CSS selector of the only part to photograph")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for width in map(int, options.widths.split(",")):
            for scheme in options.schemes.split(","):
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, locale="de-DE", color_scheme=scheme
                )
                if options.login:
                    log_in(context, options.urls[0], options.login)
                for url in options.urls:
                    print(photograph(context, url, options.to, f"{width}-{scheme}", options.part))
                context.close()
        browser.close()


def log_in(context: BrowserContext, url: str, login: str) -> None:
    email, _, password = login.partition(":")
    page = context.new_page()
    page.goto(re.match(r"https?://[^/]+", url).group() + "/anmelden/")
    page.fill("input[type=email], input[name=username], input[name=email]", email)
    page.fill("input[type=password]", password)
    page.click("main button[type=submit], main form button:not([type=button])")
    page.wait_for_load_state()
    page.close()


def photograph(context: BrowserContext, url: str, folder: Path, suffix: str, part: str = "") -> Path:
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    slug = re.sub(r"[^a-z0-9]+", "-", url.split("//")[-1].partition("/")[2].lower()).strip("-")[:80] or "start"
    target = folder / f"{slug}-{suffix}.png"
    if part:
        page.locator(part).first.screenshot(path=target)
    else:
        page.screenshot(path=target, full_page=True)
    page.close()
    return target


if __name__ == "__main__":
    main()
