"""Settings, all from the environment, with defaults that are safe to run. Each is explained in docs/settings.md."""

from __future__ import annotations

from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from openchair.lib import environment
from openchair.lib.installation import read_installation
from openchair.site.logs import logging_settings
from openchair.site.secret_key import read_or_make_secret_key

INSTALLATION = read_installation()
HOME = INSTALLATION.home
PACKAGE = Path(__file__).resolve().parent

SECRET_KEY = environment.text("SECRET_KEY") or read_or_make_secret_key(home=HOME)
DEBUG = environment.boolean("DEBUG", default=False)
SITE_NAME = INSTALLATION.name
SITE_URL = environment.text("SITE_URL").rstrip("/")
SITE_COUNTRY = INSTALLATION.country
SITE_TIME_ZONE = INSTALLATION.time_zone
DISTANCE_UNIT = INSTALLATION.distance_unit
PLACES_COUNTRIES = INSTALLATION.places_countries
GEOCODER = environment.text("GEOCODER")
# Their server half is whole, their pages are not: what has no page is not offered to people.
ACCOUNTS = environment.boolean("ACCOUNTS", default=False)
ADULTS_ONLY = environment.boolean("ADULTS_ONLY", default=True)
QUICK_EXIT_URL = environment.text("QUICK_EXIT_URL")
LOG_DEEDS = environment.boolean("LOG_DEEDS", default=False)
EFFORT_BITS = environment.integer("EFFORT_BITS", 16, least=0, most=22)
VAULT_MOST_MB = environment.integer("VAULT_MOST_MB", 200, least=1, most=1_000_000)

# The public half answers for every name it is reached by, unless the operator lists them: links are built from
# SITE_URL or are relative, so a forged Host header has nothing to poison.
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "*")

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "template_partials",
    "openchair.sources",
    "openchair.directory",
    "openchair.people",
    "openchair.vault",
    "openchair.site",
]
MIDDLEWARE = [
    "openchair.site.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "openchair.people.signed_in.SignedInMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if LOG_DEEDS:
    MIDDLEWARE.insert(0, "openchair.site.logs.DeedLogMiddleware")
ROOT_URLCONF = "openchair.site.urls"
WSGI_APPLICATION = "openchair.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "openchair.site.page_context.site",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "openchair.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
                # FULL: a write that was acknowledged survives a power cut, which NORMAL does not promise under WAL.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise environment.BadSetting(f"DATABASE_URL is no PostgreSQL address: {error}") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", ""),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        # A page waits this long for a connection and then says that the database is away: the public half would
        # give it up after 30 s, and until then every thread would stand there. A pool that has tried in vain for
        # some seconds starts anew with the next page, instead of waiting twice as long each time.
        "OPTIONS": {"pool": {"timeout": 4, "reconnect_timeout": 5}, "connect_timeout": 4},
    }


DATABASES = {"default": _database(environment.text("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = INSTALLATION.language
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = INSTALLATION.static_folder
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Tiles an operator adds: <home>/public/streets.pmtiles, served with Range support by WhiteNoise.
WHITENOISE_ROOT = HOME / "public"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# `live` owns the public port and sets this header itself; it trusts none that come in.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Where the public address is https, nothing of it goes over plain http: the operator's web server ends TLS in front.
IS_HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS and INSTALLATION.is_behind_proxy
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
LANGUAGE_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
# The prefix keeps other hosts of the same domain from planting a token; browsers take it over https alone.
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "openchair.people.api_views.csrf_failure"
USE_X_FORWARDED_HOST = False
# Other hosts below the operator's domain are not ours to promise for, nor to put on a browser's list for good.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Fixed words and places in the code, never values: site/logs.py.
LOGGING = logging_settings(with_deeds=LOG_DEEDS)
