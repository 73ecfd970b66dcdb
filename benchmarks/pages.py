"""Asks for the pages of the budget room over a budget of 1,000,000 lines and prints what each of them costs.

    python benchmarks/pages.py [--rows 1000000] [--users 20] [--seconds 60] [--pause 1.0]   SQLite, a file of its own
    bash scripts/with_postgres.sh python benchmarks/pages.py                                PostgreSQL, a private one

The data set: 8 columns of a budget, 500 products, 250 accounts. Three things are counted:

1. In this process, by the test client: queries of each page with nothing kept from an earlier page, and CPU time of
   the page when it is asked for again (median of 9; with PostgreSQL the work of the database is not in it).
2. `--users` people who read: each asks for a page drawn at random, of a product drawn at random, reads for a pause
   drawn between half and one and a half of `--pause` seconds, and goes to the next. The promise is held where the p95
   of all their pages is under 150 ms.
3. The same people without any pause: how many pages the machine makes in a second, and how long all of them wait then.

2 and 3 run against `gemeinwerk serve` with its two processes. Times are taken by the client, which runs on the same
cores and shares them with the server and the database. The yardstick of the same run is the help page, which reads
nothing from the budget: the ratios to it say more than the milliseconds of another machine.
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
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
KEY = "99000000"
PRODUCTS, ACCOUNTS = 500, 250
AT = datetime(2026, 1, 2, tzinfo=UTC)
PROMISE_MS = 150
PLAIN = "/hilfe/"
PAGES = (
    "",
    "ergebnisplan/",
    "ergebnisplan/?stand=alle",
    "finanzplan/",
    "ergebnisplan/11/",
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


def write_data(rows: int) -> dict[str, Any]:
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
    columns = 'version_id, product_id, account_id, position, side, amount_cents, sheet, "row", "column"'
    table = "budgets_budgetline"
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
            write_lines(cursor, table, columns, lines)
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
    return {"products": products, "accounts": [account for account, _ in accounts], "user": user.pk}


def write_lines(cursor: Any, table: str, columns: str, lines: list[tuple[Any, ...]]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)
    else:
        marks = ", ".join(["%s"] * len(lines[0]))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", lines)


class Pages:
    """The addresses of the pages, filled with a product and an account drawn at random."""

    def __init__(self, data: dict[str, Any], seed: int) -> None:
        self.data, self.chance = data, random.Random(seed)
        self.names = [*(f"/k/{KEY}/haushalt/{page}" for page in PAGES), PLAIN]

    def url(self, name: str) -> str:
        data, choice = self.data, self.chance.choice
        return name.format(product=choice(data["products"]), account=choice(data["accounts"]))

    def any(self) -> tuple[str, str]:
        name = self.chance.choice(self.names)
        return name, self.url(name)


def costs(pages: Pages, user: int) -> dict[str, tuple[int, float]]:
    """Queries and milliseconds of CPU time of each page."""
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
    for name in pages.names:
        client.get(pages.url(name))
        needs.forget()
        with CaptureQueriesContext(connection) as context:
            response = client.get(pages.url(name))
        queries = len(context)
        if response.status_code != 200:
            raise SystemExit(f"{name} answers {response.status_code}")
        times = []
        for _ in range(9):
            begun = time.process_time()
            client.get(pages.url(name))
            times.append(time.process_time() - begun)
        found[name] = queries, statistics.median(times) * 1000
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


Times = dict[str, list[float]]


def read_pages(port: int, cookie: str, pages: Pages, until: float, pause: float, times: Times) -> None:
    """One person: a page, a pause, the next page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(pages.chance.random() * pause)
    while time.perf_counter() < until:
        name, url = pages.any()
        begun = time.perf_counter()
        connection.request("GET", url, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        taken = time.perf_counter() - begun
        if response.status != 200:
            raise SystemExit(f"{url} answers {response.status}")
        times[name].append(taken)
        if pause:
            time.sleep(pause * (0.5 + pages.chance.random()))


def load(port: int, cookie: str, data: dict[str, Any], users: int, seconds: float, pause: float) -> Times:
    people = [Pages(data, seed) for seed in range(users)]
    times: Times = {name: [] for name in people[0].names}
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=read_pages, args=(port, cookie, one, until, pause, times)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


def report_costs(found: dict[str, tuple[int, float]]) -> None:
    plain = found[PLAIN][1]
    print(f"\n{'page, by the test client':58} {'queries':>8} {'CPU ms':>8} {'ratio':>6}")
    for name, (queries, cpu) in found.items():
        print(f"{name[:58]:58} {queries:8} {cpu:8.1f} {cpu / plain:6.1f}")
    mean = statistics.mean(cpu for name, (_, cpu) in found.items() if name != PLAIN)
    print(f"{'mean of the budget pages':58} {max(q for q, _ in found.values()):>4} max {mean:8.1f} {mean / plain:6.1f}")


def report(times: Times, seconds: float, title: str) -> float:
    """Print the table of one load; the p95 of all pages of the budget together."""
    plain = statistics.median(times[PLAIN]) * 1000 if times[PLAIN] else float("nan")
    print(f"\n{title:58} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'ratio':>6}")
    for name, values in times.items():
        if values:
            middle = statistics.median(values) * 1000
            print(f"{name[:58]:58} {len(values):5} {middle:8.1f} {percentile(values, 0.95):8.1f} {middle / plain:6.1f}")
    every = [value for name, values in times.items() if name != PLAIN for value in values]
    middle, p95 = statistics.median(every) * 1000, percentile(every, 0.95)
    print(f"{'all pages of the budget':58} {len(every):5} {middle:8.1f} {p95:8.1f} {middle / plain:6.1f}")
    print(f"{sum(map(len, times.values())) / seconds:.1f} pages per second; ratio = p50 / p50 of {PLAIN}")
    return p95


def verdict(p95: float, people: str) -> str:
    return f"p95 {p95:.0f} ms for {people}: {'under' if p95 < PROMISE_MS else 'NOT under'} {PROMISE_MS} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start_django(Path(folder))
        from django.db import connection

        begun = time.perf_counter()
        data = write_data(options.rows)
        print(f"{connection.vendor}: {options.rows} lines written in {time.perf_counter() - begun:.0f} s")
        print(f"{os.cpu_count()} cores, load before the start: {os.getloadavg()[0]:.1f}")
        report_costs(costs(Pages(data, 0), data["user"]))
        cookie, port = session_cookie(data["user"]), free_port()
        connection.close()
        command = [sys.executable, "-m", "gemeinwerk", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        people = f"{options.users} people"
        try:
            wait_for(port, server)
            load(port, cookie, data, 4, 5, 0)
            reading = load(port, cookie, data, options.users, options.seconds, options.pause)
            clicking = load(port, cookie, data, options.users, options.seconds / 2, 0)
        finally:
            server.terminate()
            server.wait(60)
        pauses = f"{people} who pause {options.pause:g} s on average"
        promised = report(reading, options.seconds, pauses)
        rushed = report(clicking, options.seconds / 2, f"{people} without a pause")
        print(f"\n{verdict(promised, pauses)}\n{verdict(rushed, f'{people} without a pause')}")
        return 0 if promised < PROMISE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
