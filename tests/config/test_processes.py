"""The real server and the real worker: they start, survive a killed worker, lose nothing, and end together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.process


def wait_for(what, seconds: float = 60.0):
    """The first true answer of `what`, asked again and again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(0.1)
    pytest.fail("waited in vain")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """One installation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GEMEINWERK", "DATABASE"))}
        self.environment = {
            **kept,
            "GEMEINWERK_DATA_DIR": str(folder),
            "GEMEINWERK_SECRET_KEY": "for-this-test-only-" + "x" * 30,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "gemeinwerk.config.settings",
        }
        self.processes: list[subprocess.Popen] = []

    def start(self, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-m", "gemeinwerk", *arguments], env=self.environment)
        self.processes.append(process)
        return process

    def python(self, code: str) -> str:
        setup = "import django; django.setup()\n"
        return subprocess.run(
            [sys.executable, "-c", setup + code], env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def end(self) -> None:
        for process in self.processes:
            for child in [*psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []:
                child.kill()
            process.kill()
            process.wait()


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    yield made
    made.end()


def worker_of(server: subprocess.Popen) -> psutil.Process | None:
    for child in psutil.Process(server.pid).children():
        with contextlib.suppress(psutil.Error):  # it may end while we look
            if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[-1:] == ["worker"]:
                return child
    return None


START_A_RUN = """
from django.utils import timezone
from gemeinwerk.runs import actions
print(actions.start(None, "directory", "tests.config.slow_jobs.{job}", at=timezone.now()).pk)
"""
STATE = "from gemeinwerk.runs.models import Run; print(Run.objects.latest('pk').state)"


def test_server_and_worker_live_and_end_together(installation):
    server = installation.start("serve", "--port", str(installation.port))
    wait_for(lambda: installation.status("/anmelden/") == 200)
    assert installation.status("/k/99001001/mitglieder/") == 404
    worker = wait_for(lambda: worker_of(server))

    installation.python(START_A_RUN.format(job="quick"))
    wait_for(lambda: installation.python(STATE) == "done", 20)

    worker.kill()  # as the kernel does when memory is short
    successor = wait_for(lambda: (found := worker_of(server)) and found.pid != worker.pid and found, 20)

    installation.python(START_A_RUN.format(job="patient"))
    wait_for(lambda: installation.python(STATE) == "running", 20)
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    assert not successor.is_running() or successor.status() == psutil.STATUS_ZOMBIE
    assert installation.python(STATE) == "done", "the running job was not left to finish"


def test_a_worker_does_not_outlive_a_killed_server(installation):
    server = installation.start("serve", "--port", str(installation.port))
    wait_for(lambda: installation.status("/anmelden/") == 200)
    worker = wait_for(lambda: worker_of(server))
    children = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait()
    wait_for(lambda: not worker.is_running(), 20)
    for child in children:
        if child.is_running():
            child.kill()


def test_a_lost_run_is_given_up_by_the_next_worker(installation):
    installation.environment["GEMEINWERK_RUN_LOST_SECONDS"] = "1"
    installation.python("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    installation.python(START_A_RUN.format(job="patient"))
    first = installation.start("worker")
    wait_for(lambda: installation.python(STATE) == "running", 20)
    first.kill()
    first.wait()
    time.sleep(1.5)
    second = installation.start("worker")
    wait_for(lambda: installation.python(STATE) == "failed", 20)
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
