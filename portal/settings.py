"""Settings of the portal, read from the environment, all of them here; `.env.example` lists every variable.

Long values that the environment does not change stand in `portal/configuration/`.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.configuration import browser, logs, rest, sign_in, site, trail
from portal.environment import DEVELOPMENT_SECRET, require_production_ready

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
SIX_MONTHS_IN_DAYS = 184

# --- where we run -------------------------------------------------------------------------------

PORTAL_ENV = env.str("PORTAL_ENV", default="development")
if PORTAL_ENV not in ("development", "test", "production"):
    raise ImproperlyConfigured(f"PORTAL_ENV is {PORTAL_ENV!r}; it must be development, test or production.")
PRODUCTION = PORTAL_ENV == "production"
VAR_DIR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)

# In production nothing has a default that could be forgotten: a missing or weak value stops the start.
if PRODUCTION:
    require_production_ready(os.environ)
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    DATABASE_URL = env.str("DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
else:
    SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
    # manage.py and portal.serve set both to the embedded servers before Django starts.
    DATABASE_URL = env.str("DATABASE_URL", default="postgresql:///portal")
    REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

# Earlier values of SECRET_KEY: they still open what was sealed with them (codes of second factors).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Where people reach the portal, for links in e-mails; EMAIL_URL names the mail server that takes them.
if PRODUCTION:
    SITE_URL = env.str("SITE_URL").rstrip("/")
    EMAIL_URL = env.str("EMAIL_URL")
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
else:
    SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}").rstrip("/")
    EMAIL_URL = env.str("EMAIL_URL", default="")
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")

CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications -------------------------------------------------------------------------------

INSTALLED_APPS = site.INSTALLED_APPS

MIDDLEWARE = [*site.MIDDLEWARE]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [{**site.TEMPLATES, "DIRS": [BASE_DIR / "templates"]}]

# --- database -----------------------------------------------------------------------------------

DATABASE_CONFIG = env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **DATABASE_CONFIG,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Our longest query is one pass over the register: compiling it costs more than it saves. A transaction that
        # is forgotten open would hold the night run's watermark back.
        "OPTIONS": {
            **DATABASE_CONFIG.get("OPTIONS", {}),
            "options": "-c jit=off -c idle_in_transaction_session_timeout=10min",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people (docs/sign-in.md) ---------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "portal.accounts.backends.AccountBackend"]
PASSWORD_HISTORY = sign_in.PASSWORD_HISTORY
AUTH_PASSWORD_VALIDATORS = sign_in.PASSWORD_VALIDATORS
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=0)
# An account that nobody used for so many days is switched off in the night (docs/people.md).
IDLE_ACCOUNT_DAYS = env.int("IDLE_ACCOUNT_DAYS", default=180)
# A sign-in from an address that an account has not used for so many days is told to its owner (docs/sign-in.md).
KNOWN_ADDRESS_DAYS = env.int("KNOWN_ADDRESS_DAYS", default=90)
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
CSRF_FAILURE_VIEW = "portal.accounts.web.kept.form_refused"

SIGN_IN_DEMANDS = "pilots.policies.second_factor.demands"
IDLE_MINUTES = env.int("IDLE_MINUTES", default=60)
IDLE_MINUTES_ADMINISTRATORS = env.int("IDLE_MINUTES_ADMINISTRATORS", default=15)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * env.int("FRESH_SIGN_IN_MINUTES", default=5)
ACCOUNT_FORMS = sign_in.ACCOUNT_FORMS
ACCOUNT_RATE_LIMITS = sign_in.ACCOUNT_RATE_LIMITS
MFA_ADAPTER = "portal.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = sign_in.MFA_RATE_LIMITS
MFA_FORMS = sign_in.MFA_FORMS

AXES_HANDLER = "portal.accounts.guard.SignInGuard"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_ADDRESS_LIMIT = 50
AXES_ADDRESS_WINDOW = timedelta(hours=1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_USERNAME_CALLABLE = "portal.accounts.guard.typed_name"
AXES_CLIENT_IP_CALLABLE = "portal.shared.addresses.client_network"
AXES_LOCKOUT_CALLABLE = "portal.accounts.guard.locked_answer"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "kept", "csrfmiddlewaretoken", "oldpassword"]

# Single sign-on: offered if the issuer is named.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
OIDC_CLAIM = env.str("OIDC_CLAIM", default="") or "sub"
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapters.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_ISSUER:
    if PRODUCTION and not OIDC_ISSUER.startswith("https://"):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https:// in production.")
    _client = {"client_id": env.str("OIDC_CLIENT_ID"), "secret": env.str("OIDC_CLIENT_SECRET")}
    _app = {"provider_id": "oidc", "name": OIDC_NAME, **_client, "settings": {"server_url": OIDC_ISSUER}}
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [_app]}}

# Counters of failed codes and used codes: shared by all processes, and not lost with the broker.
_CACHE = "django.core.cache.backends.db.DatabaseCache"
# Wrong API keys from one address before it is not listened to for the rest of the minute (portal/accounts/tries.py).
WRONG_KEYS_A_MINUTE = env.int("WRONG_KEYS_A_MINUTE", default=30)
CACHES = {
    "default": {"BACKEND": _CACHE, "LOCATION": "portal_cache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
    # This process's own memory, bounded: what is counted here must not cost a query.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# --- language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# --- e-mail -------------------------------------------------------------------------------------

if EMAIL_URL:  # smtp://, smtp+tls:// or smtp+ssl://user:password@host:port
    _mail = {name: value for name, value in env.email_url_config(EMAIL_URL).items() if value is not None}
    EMAIL_BACKEND, EMAIL_HOST = _mail["EMAIL_BACKEND"], _mail.get("EMAIL_HOST", "localhost")
    EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER", ""), _mail.get("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 15
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- static files -------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if PORTAL_ENV == "test":  # no build step before the tests, and no slow hash for throwaway passwords
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- transport and browser security -------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A name with __Host- is taken by browsers only with Secure, for this host alone and for all its paths.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# Lax, not Strict: links in mails and the way back from single sign-on must find the session.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=PRODUCTION)
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = browser.CONTENT_SECURITY_POLICY

# --- what may be sent ---------------------------------------------------------------------------

# The largest page form has some forty fields; the API bounds its own bodies (pilots/api/parsing.py), and gunicorn the
# request line and the header (portal/gunicorn.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=10) * 1024 * 1024
# Private: nothing serves this directory; every file goes through a view that asks the policies.
FILES_DIR = VAR_DIR / "files"
# How often an hour one person may have hidden numbers shown.
DISCLOSURES_PER_HOUR = env.int("DISCLOSURES_PER_HOUR", default=30)

# --- REST ---------------------------------------------------------------------------------------

API_MAX_BODY_BYTES = 256 * 1024
REST_FRAMEWORK = rest.FRAMEWORK
SPECTACULAR_SETTINGS = rest.DOCUMENT

# --- jobs ---------------------------------------------------------------------------------------

# redis-py writes unix://, kombu redis+socket://.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request must not hang because the broker is away: the night run fills what was missed.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 30, "visibility_timeout": 3600}

# --- the trail ----------------------------------------------------------------------------------

# Columns of event tables are empty in events older than the column, and carry no rules (portal/audit/tracking.py).
PGHISTORY_FIELD = trail.FIELD
PGHISTORY_FOREIGN_KEY_FIELD = trail.FOREIGN_KEY_FIELD
PGHISTORY_EXCLUDE_FIELD_KWARGS = trail.EXCLUDE_FIELD_KWARGS
PGHISTORY_JSON_ENCODER = "portal.audit.context.Encoder"

# Events are kept at least this many days. The Cybersecurity Law (网络安全法) Art. 21 (3) asks for network logs of not
# less than six months, which are up to 184 days; a smaller number refuses the start.
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=1096)
if AUDIT_RETENTION_DAYS < SIX_MONTHS_IN_DAYS:
    raise ImproperlyConfigured(
        f"AUDIT_RETENTION_DAYS is {AUDIT_RETENTION_DAYS}; the law asks for at least {SIX_MONTHS_IN_DAYS} days."
    )
# Whom each day's seal is mailed to, so that it leaves the database; and the directory in which it is kept as a file.
AUDIT_SEAL_RECIPIENTS = env.list("AUDIT_SEAL_RECIPIENTS", default=[])
AUDIT_SEAL_DIRECTORY = Path(env.str("AUDIT_SEAL_DIRECTORY", default=str(VAR_DIR / "seals")))
# The database role as which web, worker and beat connect; `manage.py protect_trail` makes it. Empty: none is made.
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="")
DATABASE_APP_PASSWORD = env.str("DATABASE_APP_PASSWORD", default="")

# --- logging ------------------------------------------------------------------------------------

LOGGING = logs.logging(level=env.str("LOG_LEVEL", default="INFO"))

# --- the programme ------------------------------------------------------------------------------

PORTAL_VERSION = "0.1.0"
# Functions that tell of a proposal that was made, and of one that was decided (docs/messages.md).
PROPOSAL_WAITS = "pilots.operations.proposal_notices.tell_of_proposal"
PROPOSAL_DECIDED = "pilots.operations.proposal_notices.tell_of_decision"
# Refuses a confirmation by somebody who may be the one who proposed (docs/two-person-rule.md).
PROPOSAL_PARTIES = "pilots.operations.independence.require_two_people"
PROPOSAL_DAYS = env.int("PROPOSAL_DAYS", default=10)
"""How long a proposal waits for its second person."""
