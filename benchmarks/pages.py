"""Asks for the pages of the budget room over a budget of 1,000,000 lines and prints what each of them costs.

    python benchmarks/pages.py [--rows 1000000] [--users 20] [--seconds 60] [--pause 1.0]

The script writes the data set (8 columns of a budget, 500 products, 250 accounts) into an SQLite file of its own,
starts the server as `gemeinwerk serve` starts it, and lets `--users` people read: each asks for a page, reads for a
pause drawn between half and one and a half of `--pause` seconds, and goes to the next. With `--pause 0` nobody reads,
everybody only clicks: that measures how many pages the machine can make in a second. The yardstick of the same run is
the help page, which reads nothing from the budget. Queries are counted in this process by the test client, with
nothing kept from an earlier page.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
KEY = "99000000"
PRODUCTS, ACCOUNTS = 500, 250
AT = datetime(2026, 1, 2, tzinfo=UTC)
PAGES = (
    "",
    "ergebnisplan/",
    "ergebnisplan/?stand=alle",
    "finanzplan/",
    "plan/operating/11/",
    "teilplaene/",
    "teilplaene/{product}/",
    "teilplaene/{product}/konto/{account}/",
    "plan-und-ergebnis/",
    "plan-und-ergebnis/?nach=produkt",
    "aufgaben/",
    "kennzahlen/",
    "kennzahlen/dynamic_debt/",
    "fruehwarnung/",
    "bilanz/",
    "vergleich/",
    "fortschreibung/",
    "fortschreibung/annahmen/",
)


def start_django(folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "gemeinwerk.config.settings",
        "GEMEINWERK_DATA_DIR": str(folder),
        "GEMEINWERK_SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
        "GEMEINWERK_EMBEDDED_WORKER": "0",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def write_data(rows: int) -> dict[str, int]:
    """A body with inhabitants, balances, a product tree and 8 columns that hold `rows` lines together."""
    from django.db import connection, transaction

    from gemeinwerk.accounts.models import Membership, User
    from gemeinwerk.bodies.models import Body, Population
    from gemeinwerk.budgets.models import Account, BalanceFigure, BudgetImport, BudgetVersion, Product
    from gemeinwerk.engine.schemes import POSITIONS

    body = Body.objects.create(key=KEY, kind="town", name="Bench", state="06", ags=KEY, ars=KEY, is_active=True)
    user = User.objects.create_user("bench@example.org", None, name="Bench")
    Membership.objects.create(user=user, body=body, role="treasury")
    Population.objects.bulk_create(
        Population(
            body=body, inhabitants=100_000 + year, reference_date=date(year, 12, 31), census_basis="2022",
            source="Bench", territory_date=date(year, 12, 31),
        )
        for year in range(2018, 2026)
    )  # fmt: skip
    items = ("general_reserve", "equalization_reserve", "equity", "cash", "investment_loans", "liquidity_loans")
    BalanceFigure.objects.bulk_create(
        BalanceFigure(body=body, year=year, item=item, amount_cents=10**9, source="Bench", entered_at=AT)
        for year in range(2018, 2026)
        for item in items
    )
    areas = [
        Product(body=body, key=f"{n:02d}", code=f"{n:02d}", name=f"Bereich {n}", level="area") for n in range(1, 17)
    ]
    Product.objects.bulk_create(areas)
    Product.objects.bulk_create(
        Product(
            body=body, key=f"{n % 16 + 1:02d}.{n:04d}", code=f"{n % 16 + 1:02d}.{n:04d}", name=f"Produkt Nummer {n}",
            level="product", parent=areas[n % 16], task_kind=("voluntary", "mandatory", "")[n % 3],
        )
        for n in range(PRODUCTS)
    )  # fmt: skip
    names = [code for code, position in POSITIONS.items() if not position.covers]
    Account.objects.bulk_create(
        Account(body=body, key=f"{n:06d}", code=f"{n:06d}", name=f"Konto {n}", position=names[n % len(names)])
        for n in range(ACCOUNTS)
    )
    products = list(Product.objects.filter(level="product").values_list("pk", flat=True))
    accounts = list(Account.objects.values_list("pk", "position"))
    received = BudgetImport.objects.create(
        body=body, state="adopted", file="x", file_name="bench.csv", sha256="0", size=1, received_at=AT, adopted_at=AT
    )
    slices = [(2023, "actual"), (2024, "actual"), (2025, "estimate"), (2025, "actual"), (2026, "estimate")]
    slices += [(2027, "forecast"), (2028, "forecast"), (2029, "forecast")]
    chance = random.Random(1)
    columns = "version_id, product_id, account_id, position, side, amount_cents, sheet, row, column"
    table = '"budgets_budgetline"'
    with transaction.atomic(), connection.cursor() as cursor:
        for year, stage in slices:
            version = BudgetVersion.objects.create(
                body=body, budget_import=received, year=year, stage=stage, number=1, line_count=rows // len(slices),
                digest=f"{year}{stage}", adopted_at=AT,
            )  # fmt: skip
            lines = []
            for row in range(rows // len(slices)):
                account, position = accounts[row % ACCOUNTS]
                side = POSITIONS[position].side
                sign = 1 if side.value in ("income", "cash_in", "internal_in") else -1
                cents = sign * chance.randrange(1000, 10_000_000)
                product = products[row // ACCOUNTS % PRODUCTS]
                lines.append((version.pk, product, account, position, side.value, cents, 0, row + 2, 5))
            marks = ", ".join(["%s"] * 9)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", lines)
        cursor.execute(
            "INSERT INTO budgets_productsum (version_id, product_id, position, side, amount_cents, line_count) "
            "SELECT version_id, product_id, position, side, SUM(amount_cents), COUNT(*) "
            f"FROM {table} GROUP BY 1, 2, 3, 4"
        )
        cursor.execute(
            "INSERT INTO budgets_plansum (version_id, position, side, amount_cents, line_count) "
            "SELECT version_id, position, side, SUM(amount_cents), SUM(line_count) "
            "FROM budgets_productsum GROUP BY 1, 2, 3"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"product": products[0], "account": accounts[0][0], "user": user.pk}


def addresses(data: dict[str, int]) -> list[str]:
    return [f"/k/{KEY}/haushalt/{page.format(**data)}" for page in PAGES]


def count_queries(urls: list[str], user: int) -> dict[str, int]:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from gemeinwerk.budgets.queries import needs

    settings.ALLOWED_HOSTS.append("testserver")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user))
    found = {}
    for url in urls:
        needs.forget()
        with CaptureQueriesContext(connection) as context:
            response = client.get(url)
        if response.status_code != 200:
            raise SystemExit(f"{url} answers {response.status_code}")
        found[url] = len(context)
    return found


def session_cookie(user: int) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = get_user_model().objects.get(pk=user).get_session_auth_hash()
    store.save()
    return f"sessionid={store.session_key}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("The server has ended; run `python -m gemeinwerk serve` to see why.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not answer within a minute.")


def read_pages(
    port: int, cookie: str, urls: list[str], until: float, pause: float, seed: int, times: dict[str, list[float]]
) -> None:
    """One person: a page, a pause, the next page."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(chance.random() * pause)
    while time.perf_counter() < until:
        url = chance.choice(urls)
        begun = time.perf_counter()
        connection.request("GET", url, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        taken = time.perf_counter() - begun
        if response.status != 200:
            raise SystemExit(f"{url} answers {response.status}")
        times[url].append(taken)
        if pause:
            time.sleep(pause * (0.5 + chance.random()))


def load(port: int, cookie: str, urls: list[str], users: int, seconds: float, pause: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {url: [] for url in urls}
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=read_pages, args=(port, cookie, urls, until, pause, seed, times))
        for seed in range(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


def report(times: dict[str, list[float]], queries: dict[str, int], seconds: float, base: str) -> None:
    yardstick = statistics.median(times[base]) * 1000 if times[base] else float("nan")
    print(f"{'page':58} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'ratio':>6} {'queries':>8}")
    for url, values in times.items():
        if values:
            middle = statistics.median(values) * 1000
            count = str(queries.get(url, "–"))
            print(
                f"{url[:58]:58} {len(values):5} {middle:8.1f} {percentile(values, 0.95):8.1f} "
                f"{middle / yardstick:6.1f} {count:>8}"
            )
    every = [value for values in times.values() for value in values]
    print(f"{'all pages':58} {len(every):5} {statistics.median(every) * 1000:8.1f} {percentile(every, 0.95):8.1f}")
    print(f"{len(every) / seconds:.1f} pages per second; ratio = p50 / p50 of {base}, which reads no budget")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start_django(Path(folder))
        begun = time.perf_counter()
        data = write_data(options.rows)
        print(f"{options.rows} lines written in {time.perf_counter() - begun:.0f} s")
        urls = addresses(data)
        queries = count_queries(urls, data["user"])
        base = "/hilfe/"
        cookie, port = session_cookie(data["user"]), free_port()
        command = [sys.executable, "-m", "gemeinwerk", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, server)
            load(port, cookie, [*urls, base], 4, 5, 0)
            times = load(port, cookie, [*urls, base], options.users, options.seconds, options.pause)
        finally:
            server.terminate()
            server.wait(60)
        report(times, queries, options.seconds, base)


if __name__ == "__main__":
    main()
