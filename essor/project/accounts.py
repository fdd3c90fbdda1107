"""How people log in: the settings of django-allauth and of Django's own authentication."""

from typing import Any
from urllib.parse import urlsplit

from essor.project import environment

_HTTPS = environment.flag("ESSOR_HTTPS")

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["essor.access.accounts.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("first_name", "last_name", "email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600  # seconds that a link for a new password works
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "essor.access.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators vouch for the addresses
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers whose address somebody typed
ACCOUNT_EMAIL_NOTIFICATIONS = True  # "your password was changed" reaches the owner of the account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = None  # the login page asks; without, the session ends with the browser
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip"
}  # per account: essor.access.accounts.history, for all processes
# A proxy in front tells the caller's address; without one the header is anybody's to write.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.whole("ESSOR_PROXIES", 1 if _HTTPS else 0)

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_FORMS = {"login": "essor.access.accounts.forms.SignIn"}
MFA_FORMS = {"add_webauthn": "essor.access.accounts.forms.AddPasskey"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS  # browsers themselves allow it on localhost only
MFA_TOTP_ISSUER = "Essor"
MFA_TOTP_TOLERANCE = 1  # telephones' clocks are half a minute off
USERSESSIONS_TRACK_ACTIVITY = False  # would write at every request

OIDC_ISSUER = environment.text("ESSOR_OIDC_ISSUER")
SOCIALACCOUNT_ADAPTER = "essor.access.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        # For providers that vouch for addresses without saying so (no `email_verified` claim).
        "VERIFIED_EMAIL": environment.flag("ESSOR_OIDC_TRUSTS_EMAIL"),
        "APPS": [
            {
                "provider_id": "sso",
                "name": environment.text("ESSOR_OIDC_NAME", "Single sign-on"),
                "client_id": environment.text("ESSOR_OIDC_CLIENT_ID"),
                "secret": environment.text("ESSOR_OIDC_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            },
        ],
    }
# Browsers apply form-action to redirects too, and single sign-on starts with a form.
CSP_FORM_ORIGINS = [f"{urlsplit(OIDC_ISSUER).scheme}://{urlsplit(OIDC_ISSUER).netloc}"] if OIDC_ISSUER else []
