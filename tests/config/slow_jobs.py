"""Jobs that the real worker carries out in tests/config/test_processes.py."""

import time

from gemeinwerk.runs import actions


def quick(seat, run) -> None:
    actions.report(run, 50, "Gleich fertig.")


def patient(seat, run) -> None:
    for step in range(30):
        actions.report(run, step, "Es dauert.")
        time.sleep(0.1)
