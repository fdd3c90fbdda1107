"""Django's settings; whatever a deployment may choose comes from the environment (see docs/deploying.md)."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from essor.project import data_folder, database, environment
from essor.project.accounts import *  # noqa: F403 - Django reads settings from this one module

PACKAGE = Path(__file__).resolve().parent.parent
DATA = data_folder.usable(Path(environment.text("ESSOR_DATA", "var")))
# "Served over HTTPS": by a proxy in front, which must set X-Forwarded-Proto and X-Forwarded-For itself.
HTTPS = environment.flag("ESSOR_HTTPS")

DEBUG = environment.flag("ESSOR_DEBUG")
SECRET_KEY = environment.text("SECRET_KEY") or data_folder.secret_key(DATA)
ALLOWED_HOSTS = environment.items("ESSOR_HOSTS", (".localhost", "127.0.0.1", "[::1]"))

INSTALLED_APPS = [
    "essor.kernel",
    "essor.catalog",
    "essor.access",
    "essor.query",
    "essor.query.search",
    "essor.records",
    "essor.jobs",
    "essor.domain.absences",
    "essor.domain.workdays",
    "essor.domain.notifications",
    "essor.domain.mailroom",
    "essor.domain.activities",
    "essor.domain.feed",
    "essor.domain.approvals",
    "essor.domain.automation",
    "essor.domain.duplicates",
    "essor.domain.currencies",
    "essor.domain.sales",
    "essor.domain.sales.conversion",
    "essor.domain.sales.assignment",
    "essor.domain.sales.web_to_lead",
    "essor.domain.sales.mail_to_lead",
    "essor.domain.sales.relations",
    "essor.domain.sales.quotes",
    "essor.domain.sales.orders",
    "essor.domain.marketing.letters",
    "essor.domain.forecasts",
    "essor.domain.marketing.consent",
    "essor.domain.marketing.campaigns",
    "essor.domain.marketing.audience",
    "essor.domain.marketing.sending",
    "essor.domain.marketing.tracking",
    "essor.domain.marketing.returns",
    "essor.domain.marketing.visits",
    "essor.domain.marketing.pages",
    "essor.domain.marketing.scenarios",
    "essor.domain.exchange",
    "essor.domain.bulk",
    "essor.domain.reports",
    "essor.faces.web",
    "essor.faces.api",
    "essor.faces.cli",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # the session list of allauth uses its filters
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "essor.faces.web.security.content_security_policy",
    "essor.faces.web.compression.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "essor.catalog.middleware.CatalogMiddleware",
    "essor.faces.web.middleware.ReaderMiddleware",
    "essor.faces.web.middleware.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "essor.project.urls"
ASGI_APPLICATION = "essor.project.asgi.application"

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "faces" / "web" / "templates"],
        "OPTIONS": {
            "environment": "essor.faces.web.jinja.environment",
            "context_processors": [*_CONTEXT[2:], "essor.faces.web.frame.context"],
        },
    },
    {  # for the account pages of allauth and its mails
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "faces" / "web" / "account_pages"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]

DATABASES = {
    "default": database.settings_for(environment.text("DATABASE_URL", f"sqlite:///{DATA / 'essor.sqlite3'}")),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {
    "default": {
        "BACKEND": "essor.jobs.backend.Backend",
        "QUEUES": [],  # any name: a room chooses its own queue
    },
}

# Languages --------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = environment.text("ESSOR_TIME_ZONE", "Europe/Paris")

# Files ------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "files"  # never served as such: a file is handed out after the record's rights
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "essor.project.static_names.HashedFiles"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a mass edit of a long list is one form

# A virus scanner that speaks clamd's protocol, "host:port" or the path of its socket; empty: nothing is scanned.
CLAMD = environment.text("ESSOR_CLAMD")
# Where the company's mail server hands over bounces: lmtp://host:port or smtp://host:port.
BOUNCES = environment.text("ESSOR_BOUNCES")
# The same for mail to addresses that make leads; one door may serve both.
MAIL_IN = environment.text("ESSOR_MAIL_IN")
# Room for files in megabytes, 0 for no limit.
FILES_QUOTA_MB = environment.whole("ESSOR_FILES_QUOTA_MB", 0)
FILES_QUOTA_PER_USER_MB = environment.whole("ESSOR_FILES_QUOTA_PER_USER_MB", 0)

# Mail -------------------------------------------------------------------------------------------

EMAIL_HOST = environment.text("ESSOR_SMTP_HOST")
EMAIL_PORT = environment.whole("ESSOR_SMTP_PORT", 587)
EMAIL_HOST_USER = environment.text("ESSOR_SMTP_USER")
EMAIL_HOST_PASSWORD = environment.text("ESSOR_SMTP_PASSWORD")
EMAIL_USE_SSL, EMAIL_USE_TLS = environment.mail_security(
    EMAIL_PORT, tls=environment.flag("ESSOR_SMTP_TLS", default=True)
)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA / "mails"  # where mails wait to be looked at while there is no mail server
# Where people reach this Essor, for the links in mails.
SITE_URL = environment.text("ESSOR_URL", f"http://localhost:{environment.whole('PORT', 8000)}").rstrip("/")
DEFAULT_FROM_EMAIL = environment.text("ESSOR_MAIL_FROM", "essor@localhost")

# E-mail providers (django-anymail) report bounces and complaints to /anymail/…; without this secret ("user:password",
# which their webhook sends along) nobody is listened to. Some sign what they send: MAILGUN_WEBHOOK_SIGNING_KEY=…,RESEND_…=…
ANYMAIL = {
    "WEBHOOK_SECRET": environment.text("ESSOR_MAIL_WEBHOOK_SECRET"),
    **dict(one.partition("=")[::2] for one in environment.items("ESSOR_MAIL_WEBHOOK_KEYS")),
}

# Webhooks ---------------------------------------------------------------------------------------

# Flows never call machines inside the network; a developer may let them call this one.
WEBHOOKS_TO_LOOPBACK = environment.flag("ESSOR_WEBHOOKS_TO_LOOPBACK")

# Security ---------------------------------------------------------------------------------------

SESSION_ENGINE = "essor.access.accounts.sessions"
SESSION_COOKIE_NAME = "essor_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "essor_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "essor.faces.web.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = environment.whole("ESSOR_HSTS_SECONDS", 30 * 24 * 3600) if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # SQLite's indexes hold their columns as they are: what they should hold besides is for PostgreSQL
    "security.W005",  # HSTS for every subdomain, and
    "security.W021",  # the browsers' preload list: not for one application among others to decide
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("ESSOR_LOG_LEVEL", "WARNING").upper()},
}
