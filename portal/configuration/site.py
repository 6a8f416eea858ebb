"""What the site is made of: applications, middleware in its order, template engine."""

from typing import Any

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "portal.accounts",
    "portal.audit",
    "portal.approvals",
    "portal.shared",
    "pilots",
    "ratings",
]

MIDDLEWARE = [
    "portal.shared.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.shared.headers.BrowserHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.shared.requests.NoNulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.shared.limits.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.SignInRequired",
    "portal.audit.context.TrailMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.SessionWatch",
    "portal.accounts.middleware.OutstandingSteps",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.failures.NotAllowedMiddleware",
    "portal.shared.refusals.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: dict[str, Any] = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.i18n",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "pilots.web.context.portal",
        ],
    },
}
