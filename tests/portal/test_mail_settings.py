"""What the environment says of e-mail: nothing forgotten in production, files in development."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    *("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"),
    *("EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_FILE_PATH", "EMAIL_TIMEOUT", "SITE_URL", "DEFAULT_FROM_EMAIL"),
)
PRINT = f"import json; from portal import settings as s; print(json.dumps({{n: getattr(s, n, None) for n in {NAMES}}}))"
PRODUCTION = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "aB3-dE6_gH9.jK2,mN5;pQ8:sT1!vW4?yZ7+cF0=uX6/iL3*oR",
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgresql://portal/portal",
    "REDIS_URL": "redis://portal",
    "SITE_URL": "https://portal.example/",
    "EMAIL_URL": "smtp+tls://portal:p%40ss@mail.example:587",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
}


def settings_of(environment):
    clean = {name: value for name, value in os.environ.items() if name not in {*PRODUCTION, "PORT", "PORTAL_VAR"}}
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=False
    )
    return (json.loads(done.stdout), "") if done.returncode == 0 else ({}, done.stderr)


def test_production_says_all_of_it():
    read, error = settings_of(PRODUCTION)
    assert error == ""
    assert read["SITE_URL"] == "https://portal.example"
    assert read["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (
        "mail.example",
        587,
        True,
        False,
    )
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("portal", "p@ss")
    assert read["EMAIL_TIMEOUT"] == 15


@pytest.mark.parametrize("name", ["SITE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"])
def test_production_without_one_does_not_start_and_names_it(name):
    read, error = settings_of({key: value for key, value in PRODUCTION.items() if key != name})
    assert read == {}
    assert name in error


def test_development_writes_files(tmp_path):
    read, error = settings_of({"PORTAL_VAR": str(tmp_path), "PORT": "8123"})
    assert error == ""
    assert read["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert read["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    assert read["SITE_URL"] == "http://127.0.0.1:8123"


def test_encrypted_from_the_start(tmp_path):
    read, _error = settings_of({"EMAIL_URL": "smtp+ssl://mail.example:465"})
    assert (read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (465, True, False)
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("", "")
