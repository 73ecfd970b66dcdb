"""The outcome of the first room: from the file of the finance system to a figure and back to its row, in a browser."""

import re

from gemeinwerk.portal.demo import region


def test_a_treasurer_brings_in_her_budget_and_follows_a_figure_to_its_row(
    cast, browser_page, log_in, live_server, tmp_path
):
    page = browser_page
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    file = tmp_path / "Haushaltsplan-2027.csv"
    file.write_bytes(region.draft_file())
    log_in(page, cast.anke)

    page.goto(live_server.url)
    page.get_by_role("link", name="Haushaltsdatei einlesen").click()
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Hochladen und lesen").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Zuordnung prüfen"
    assert "Windows-1252" in page.locator("main").inner_text()
    page.get_by_role("link", name="Unverändert weiter zur Prüfung").click()

    checked = page.locator("main").inner_text()
    assert re.search(r"261\.164\.070,00", checked)  # Erträge, Ansatz 2027
    assert "siehe Vermerk" in checked
    page.get_by_role("link", name="Weiter zur Vorschau").click()
    page.get_by_role("button", name="Jetzt übernehmen").click()
    page.wait_for_load_state()

    page.goto(f"{live_server.url}/k/{cast.altendorf.key}/haushalt/ergebnisplan/")
    assert "Jahresergebnis" in page.locator("main").inner_text()
    page.get_by_role("link", name="Personalaufwendungen").first.click()
    page.get_by_role("link", name=re.compile("Tageseinrichtungen für Kinder")).first.click()
    page.get_by_role("link", name="Entgelte für geleistete Arbeitszeit").first.click()
    page.get_by_role("link", name=re.compile("Zeile")).first.click()
    trace = page.locator("main").inner_text()
    assert "Haushaltsplan-2027.csv" in trace
    assert "Entgelte für geleistete Arbeitszeit" in trace
    assert problems == []
