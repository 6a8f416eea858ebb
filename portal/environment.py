"""What production demands of the environment: no secret has a default there, and a weak one is as good as none.

All faults are told at once, so that an installation is not mended one start at a time.
"""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_SECRET = "development-only-not-a-secret"  # noqa: S105  # no secret: production refuses it by name
SHORTEST_SECRET = 50
FEWEST_DISTINCT = 12
"""As Django's own check of a key demands the length, and more than twice as strict on repetition."""

REQUIRED = {
    "SECRET_KEY": "signs sessions and tokens",
    "ALLOWED_HOSTS": "the host names under which the portal is reached, separated by commas",
    "DATABASE_URL": "the address of PostgreSQL",
    "REDIS_URL": "the address of the broker",
    "SITE_URL": "where people reach the portal, for links in e-mails",
    "EMAIL_URL": "the mail server that takes the portal's e-mails",
    "DEFAULT_FROM_EMAIL": "the sender of the portal's e-mails",
}
"""Variables without which production does not start, and what they are."""

REQUIRED_WITH_SINGLE_SIGN_ON = {
    "OIDC_CLAIM": "the claim that names a person at the single sign-on and never passes to another, such as sub",
}
"""Those that are required once OIDC_ISSUER is set."""

TRUE = frozenset({"1", "true", "on", "ok", "y", "yes"})


def require_production_ready(environ: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured with every fault of the environment, one a line; never with a value of it."""
    found = [*_missing(environ), *_weak(environ)]
    if found:
        raise ImproperlyConfigured("The portal does not start in production:\n" + "\n".join(f"- {f}" for f in found))


def _missing(environ: Mapping[str, str]) -> list[str]:
    single_sign_on = environ.get("OIDC_ISSUER", "").strip()
    wanted = {**REQUIRED, **(REQUIRED_WITH_SINGLE_SIGN_ON if single_sign_on else {})}
    return [f"{name} is not set ({what})." for name, what in wanted.items() if not environ.get(name, "").strip()]


def _weak(environ: Mapping[str, str]) -> list[str]:
    found = []
    secret = environ.get("SECRET_KEY", "").strip()
    if secret and (DEVELOPMENT_SECRET in secret or secret.startswith("django-insecure")):
        found.append("SECRET_KEY is the one of development.")
    elif secret and (len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DISTINCT):
        found.append(
            f"SECRET_KEY is weak: it needs {SHORTEST_SECRET} characters, {FEWEST_DISTINCT} of them different. "
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    hosts = [host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",")]
    if any("*" in host for host in hosts):
        found.append("ALLOWED_HOSTS admits every host (*); name the portal's own.")
    if environ.get("DEBUG", "").strip().lower() in TRUE:
        found.append("DEBUG is true: debugging pages show settings and data.")
    return found
