"""Reads a budget of 1,000,000 rows and compares time and memory with bare polars on the same file.

    python benchmarks/read_budget.py [--rows 1000000] [--repeat 3] [--keep FILE]

The file is made from a seed: cp1252, ";", amounts as "1.234.567,89", about 70 bytes per row. Every run is a process of
its own, the two sides take turns, and the median of the runs of a side counts.

What is counted: the time from the first import of the program (numpy here, polars there) until it is done, and the peak
of resident memory of the whole process with interpreter and imports (`ru_maxrss`). polars decodes cp1252 and casts the
amounts to cents and the year to a number: what a program must do at least before it can add anything up. Our side
detects encoding, columns, sides and account scheme, reads, and checks everything that is checked before storing. What
only this script needs is imported where it is used, so that it does not count for either side.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

HEADER = "Jahr;Produkt;Produktbezeichnung;Sachkonto;Kontobezeichnung;Ertrag/Aufwand;Betrag"
NAMES = ["Straßen", "Grünflächen", "Schülerbeförderung", "Rathaus", "Bücherei", "Friedhöfe", "Bäder", "Feuerwehr"]
ACCOUNTS = {
    "4011": "Grundsteuer B",
    "4141": "Zuweisungen vom Land",
    "4321": "Benutzungsgebühren",
    "4411": "Mieten und Pachten",
    "5012": "Vergütungen",
    "5211": "Unterhaltung Gebäude",
    "5241": "Bewirtschaftung",
    "5431": "Geschäftsaufwendungen",
    "5711": "Abschreibungen",
}


def generate(path: Path, rows: int, seed: int = 7) -> None:
    """The file, the same for the same seed."""
    import random

    rng = random.Random(seed)
    products = [(f"{a:02d}{b:02d}{c:02d}", rng.choice(NAMES)) for a in range(1, 17)
                for b in range(1, 6) for c in range(1, 7)]  # fmt: skip
    accounts = [(f"{code}{i:04d}", name) for code, name in ACCOUNTS.items() for i in range(0, 400, 10)]
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write(HEADER + "\r\n")
        for _ in range(rows):
            product, name = rng.choice(products)
            account, title = rng.choice(accounts)
            whole, cents = divmod(rng.randrange(1, 500_000_000), 100)
            amount = f"{whole:,}".replace(",", ".") + f",{cents:02d}"
            side = "Ertrag" if account[0] == "4" else "Aufwand"
            file.write(f"{rng.randrange(2020, 2030)};{product};{name};{account};{title};{side};{amount}\r\n")


def ours(path: Path) -> dict[str, float]:
    start = time.perf_counter()
    from gemeinwerk.engine import budget
    from gemeinwerk.engine.budget_files import read

    imported = time.perf_counter()
    book = read(path.name, path)
    was_read = time.perf_counter()
    problems = budget.check(book.lines, scheme=book.facts.scheme, accounting=book.facts.accounting, sheets=book.sheets)
    end = time.perf_counter()
    cents = sum(abs(total.cents) for total in budget.totals(book.lines, by_area=False))
    return {
        "import": imported - start,
        "read": was_read - imported,
        "check": end - was_read,
        "seconds": end - start,
        "rows": book.lines.length,
        "cents": cents,
        "problems": len(problems),
    }


def theirs(path: Path) -> dict[str, float]:
    start = time.perf_counter()
    import polars

    imported = time.perf_counter()
    frame = polars.read_csv(path, separator=";", encoding="cp1252", infer_schema_length=0)
    amount = polars.col("Betrag").str.replace_all(".", "", literal=True).str.replace(",", "", literal=True)
    frame = frame.with_columns(amount.cast(polars.Int64), polars.col("Jahr").cast(polars.Int16))
    end = time.perf_counter()
    cents = int(frame["Betrag"].sum())
    return {"import": imported - start, "seconds": end - start, "rows": frame.height, "cents": cents}


def measure(side: str, path: Path) -> dict[str, float]:
    import subprocess

    command = [sys.executable, __file__, "--side", side, "--keep", str(path)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


COUNTED = (
    "counted: time from the first import until polars has read and cast, we have read, detected and checked; "
    "peak resident memory of the whole process"
)


def report(path: Path, repeat: int) -> int:
    import statistics

    runs: dict[str, list[dict[str, float]]] = {"theirs": [], "ours": []}
    for _ in range(repeat):
        for side, done in runs.items():
            done.append(measure(side, path))
            print(side, json.dumps({key: round(value, 3) for key, value in done[-1].items()}))
    seconds = {side: statistics.median(run["seconds"] for run in done) for side, done in runs.items()}
    peak = {side: statistics.median(run["peak_mb"] for run in done) for side, done in runs.items()}
    bare = {side: statistics.median(run["seconds"] - run["import"] for run in done) for side, done in runs.items()}
    time_ratio = seconds["ours"] / seconds["theirs"]
    memory_ratio = peak["ours"] / peak["theirs"]
    same = len({run["cents"] for done in runs.values() for run in done}) == 1
    print(f"file {path.stat().st_size / 1e6:.1f} MB; same sum: {same}; medians of {repeat} runs per side")
    print(COUNTED)
    print(f"time {seconds['ours']:.2f} s / {seconds['theirs']:.2f} s = {time_ratio:.2f} (at most 2.00)")
    print(f"without imports {bare['ours']:.2f} s / {bare['theirs']:.2f} s = {bare['ours'] / bare['theirs']:.2f}")
    print(f"memory {peak['ours']:.1f} MiB / {peak['theirs']:.1f} MiB = {memory_ratio:.3f} (at most 0.250)")
    return 0 if same and time_ratio <= 2 and memory_ratio <= 0.25 else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="use this file; it is made if it is absent")
    parser.add_argument("--side", choices=("ours", "theirs"))
    options = parser.parse_args()
    if options.side:
        result = {"ours": ours, "theirs": theirs}[options.side](options.keep)
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return 0
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "haushalt.csv"
        if not path.exists():
            generate(path, options.rows)
        return report(path, options.repeat)


if __name__ == "__main__":
    sys.exit(main())
