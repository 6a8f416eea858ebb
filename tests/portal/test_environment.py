"""Production starts with everything it needs or not at all, and says everything that is wrong at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.environment import DEVELOPMENT_SECRET, REQUIRED, require_production_ready

ROOT = Path(__file__).resolve().parents[2]
SECRET = "aB3-dE6_gH9.jK2,mN5;pQ8:sT1!vW4?yZ7+cF0=uX6/iL3*oR"
GOOD = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgresql://portal:word@postgres.example/portal",
    "REDIS_URL": "redis://redis.example:6379/0",
    "SITE_URL": "https://portal.example.org",
    "EMAIL_URL": "smtp://mail.example.org",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
}
WEAK = {
    "SECRET_KEY": [
        DEVELOPMENT_SECRET,
        DEVELOPMENT_SECRET * 2,
        "django-insecure-" + SECRET,
        SECRET[:49],
        "a" * 60,
        "0123456789" * 6,
    ],
    "ALLOWED_HOSTS": ["*", "portal.example.org,*", "*.example.org"],
    "DEBUG": ["true", "1", "yes", " on "],
}


def start(environment, *arguments):
    """A real start: `manage.py` under production settings, with nothing but this environment."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *(arguments or ("check",))],
        cwd=ROOT,
        env={**plain, "PORTAL_ENV": "production", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_production_settings_have_no_finding_of_djangos_own_deployment_check():
    done = start(GOOD, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues (0 silenced)" in done.stdout


def test_single_sign_on_without_its_claim_is_refused_and_names_it():
    single_sign_on = {"OIDC_ISSUER": "https://sso.example.org", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"}
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLAIM is not set"):
        require_production_ready({**GOOD, **single_sign_on})
    require_production_ready({**GOOD, **single_sign_on, "OIDC_CLAIM": "sub"})


@pytest.mark.parametrize("missing", REQUIRED)
def test_start_without_a_variable_is_refused_and_names_it(missing):
    done = start({name: value for name, value in GOOD.items() if name != missing})
    assert done.returncode != 0
    assert f"- {missing} is not set" in done.stderr
    for other in REQUIRED.keys() - {missing}:
        assert f"- {other}" not in done.stderr


def test_start_with_nothing_names_everything_at_once():
    done = start({})
    assert done.returncode != 0
    assert [name for name in REQUIRED if f"- {name} is not set" not in done.stderr] == []


def test_start_with_weak_values_names_them_and_shows_none():
    done = start({**GOOD, "SECRET_KEY": "hunter2-hunter2", "ALLOWED_HOSTS": "*", "DEBUG": "true"})
    assert done.returncode != 0
    for name in ("SECRET_KEY is weak", "ALLOWED_HOSTS admits every host", "DEBUG is true"):
        assert f"- {name}" in done.stderr
    assert "hunter2" not in done.stderr
    assert "word" not in done.stderr


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WEAK.items() for value in values])
def test_weak_value_is_refused(name, value):
    require_production_ready(GOOD)
    with pytest.raises(ImproperlyConfigured, match=rf"- {name} "):
        require_production_ready({**GOOD, name: value})


@pytest.mark.parametrize("name", REQUIRED)
def test_empty_variable_is_a_missing_one(name):
    with pytest.raises(ImproperlyConfigured, match=rf"- {name} is not set"):
        require_production_ready({**GOOD, name: "  "})


def test_debug_may_be_named_and_false():
    require_production_ready({**GOOD, "DEBUG": "false"})


def test_cookies_of_production_are_for_this_host_over_tls_and_not_for_scripts():
    cookies = ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE")
    parts = ("NAME", "SECURE", "HTTPONLY", "DOMAIN", "PATH", "SAMESITE")
    names = [f"{cookie}_{part}" for part in parts for cookie in cookies]
    names += ["SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "DEBUG"]
    question = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    done = start(GOOD, "shell", "--no-imports", "-c", question)
    assert done.stdout.split() == [
        *("__Host-sessionid", "__Host-csrftoken", "__Host-language"),
        *["True"] * 6,
        *["None"] * 3,
        *["/"] * 3,
        *["Lax"] * 3,
        *("31536000", "True", "False"),
    ]
