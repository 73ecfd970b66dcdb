"""The settings of the project with what a test run must not share: files, keys, slow hashes."""

import os
import tempfile

os.environ.setdefault("GEMEINWERK_SECRET_KEY", "only-for-tests-and-never-used-elsewhere-0123456789")
os.environ.setdefault("GEMEINWERK_DATA_DIR", tempfile.mkdtemp(prefix="gemeinwerk-tests-"))

from gemeinwerk.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file as in operation: in memory, threads of one process (live server, worker) would lock each other's tables.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # noqa: F405
