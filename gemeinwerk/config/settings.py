"""One settings file: only what differs from Django's defaults. Variables of the environment: docs/operations.md."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def env(name: str, default: str = "") -> str:
    """A variable of the environment; NAME_FILE names a file that holds it (for secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_flag(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "ja", "on"}


def env_number(name: str, default: int) -> int:
    try:
        return int(env(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} muss eine ganze Zahl sein.") from error


# ---------------------------------------------------------------- kind of installation
DEBUG = env_flag("GEMEINWERK_DEBUG")
DEMO = env_flag("GEMEINWERK_DEMO")
DEMO_DOMAIN = "demo.example"  # only people with an address there can be stepped into, and only in the demo
HOME = BASE_DIR if (BASE_DIR / "pyproject.toml").exists() else Path.cwd()  # a clone keeps its data, a wheel does not
DATA_DIR = Path(env("GEMEINWERK_DATA_DIR") or HOME / "var")
SECRET_KEY = env("GEMEINWERK_SECRET_KEY") or ("only-for-development" if DEBUG else "")
if not SECRET_KEY:
    # A town hall that starts with one command gets its own key, made once and kept beside its data.
    key_file = DATA_DIR / "secret_key"
    if not key_file.exists():
        import secrets

        DATA_DIR.mkdir(parents=True, exist_ok=True)
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(60), encoding="utf-8")
    SECRET_KEY = key_file.read_text(encoding="utf-8").strip()

ALLOWED_HOSTS = [host for host in env("GEMEINWERK_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in env("GEMEINWERK_ORIGINS").split(",") if origin]
BEHIND_TLS = env_flag("GEMEINWERK_TLS")

# ---------------------------------------------------------------- rooms
ROOMS = ["portal", "budgets", "runs", "accounts", "bodies", "ui"]
INSTALLED_APPS = [
    *(f"gemeinwerk.{room}" for room in ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # after ui, whose templates of fields and widgets come first
    "django_htmx",
    "template_partials",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gemeinwerk.ui.middleware.keep_private",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "gemeinwerk.config.urls"
WSGI_APPLICATION = "gemeinwerk.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["gemeinwerk.ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "gemeinwerk.portal.shell.shell",
            ],
        },
    },
]
FORM_RENDERER = "gemeinwerk.ui.forms.FormRenderer"

# ---------------------------------------------------------------- database
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-64000;"
    ),
}


def database(url: str) -> dict[str, object]:
    """The database at `url` (postgres://user:password@host:port/name), or the SQLite file beside the data."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "gemeinwerk.sqlite3",
            "CONN_MAX_AGE": 300,
            "OPTIONS": SQLITE_OPTIONS,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL muss mit postgres:// beginnen oder leer sein.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,  # PostgreSQL may have been started anew meanwhile
    }


DATABASES = {"default": database(env("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- people
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]

# ---------------------------------------------------------------- language
LANGUAGE_CODE = "de"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# ---------------------------------------------------------------- files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"  # never served by URL: the gate hands files out
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 3600
HANDBOOK_DIR = BASE_DIR / "docs" / "handbuch"

# Limits of an upload: what a hostile or mistaken file may cost.
UPLOAD_MAX_MB = env_number("GEMEINWERK_UPLOAD_MAX_MB", 200)
UPLOAD_MAX_UNPACKED_MB = env_number("GEMEINWERK_UPLOAD_MAX_UNPACKED_MB", 1000)
UPLOAD_MAX_ROWS = env_number("GEMEINWERK_UPLOAD_MAX_ROWS", 2_000_000)
UPLOAD_MAX_COLUMNS = env_number("GEMEINWERK_UPLOAD_MAX_COLUMNS", 500)
UPLOAD_MAX_CELL = env_number("GEMEINWERK_UPLOAD_MAX_CELL", 32_767)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "gemeinwerk.ui.uploads.CappedUpload",
]

# ---------------------------------------------------------------- jobs
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
RUN_LOST_SECONDS = env_number("GEMEINWERK_RUN_LOST_SECONDS", 90)  # silent for so long, a run counts as lost
EMBEDDED_WORKER = env_flag("GEMEINWERK_EMBEDDED_WORKER", default=True)

# ---------------------------------------------------------------- shell
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # KERN draws its icons as masks with data: pictures
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # pages carry the token for scripts themselves
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("GEMEINWERK_LOG_LEVEL", "INFO")},
}
