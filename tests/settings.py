"""The settings of the project with what a test run must not share: files, keys, slow hashes."""

import os
import tempfile

os.environ.setdefault("GEMEINWERK_SECRET_KEY", "only-for-tests-and-never-used-elsewhere-0123456789")
os.environ.setdefault("GEMEINWERK_DATA_DIR", tempfile.mkdtemp(prefix="gemeinwerk-tests-"))

from gemeinwerk.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
