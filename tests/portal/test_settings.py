"""What the settings read from the environment is written down, all of it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""(?:\benv\.\w+\(|os\.environ\.get\(|os\.environ\[)\s*["']([A-Z_]+)["']""")
WRITTEN = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)
NOT_FOR_OPERATORS = {"PATH", "DJANGO_SETTINGS_MODULE"}
NOT_IN_CONTAINERS = {"DEBUG", "PORTAL_VAR", "STATIC_ROOT", "BIND_ADDRESS"}
"""Production refuses the first; the image sets the others."""
FOR_COMPOSE = {"POSTGRES_PASSWORD", "POSTGRES_APP_PASSWORD"}
"""docker-compose.yml makes the addresses of them."""


def read_from_the_environment():
    found = set()
    for folder in ("portal", "pilots", "ratings"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(READ.findall(path.read_text("utf-8")))
    return found - NOT_FOR_OPERATORS


def test_example_names_every_variable_that_is_read_and_no_other():
    read, written = read_from_the_environment(), set(WRITTEN.findall((ROOT / ".env.example").read_text("utf-8")))
    assert {"SECRET_KEY", "OIDC_CLIENT_SECRET", "WEB_CONCURRENCY", "PORTAL_NIGHTLY_CRON"} <= read
    assert written == read | FOR_COMPOSE


def test_constant_parts_of_the_settings_read_nothing_from_the_environment():
    for path in (ROOT / "portal" / "configuration").glob("*.py"):
        assert READ.findall(path.read_text("utf-8")) == []


def test_containers_are_given_every_variable_of_the_example():
    composed = (ROOT / "docker-compose.yml").read_text("utf-8")
    image = (ROOT / "Dockerfile").read_text("utf-8")
    written = set(WRITTEN.findall((ROOT / ".env.example").read_text("utf-8")))
    given = set(re.findall(r"^ +([A-Z_]+): ", composed, re.MULTILINE)) | set(re.findall(r"\$\{([A-Z_]+)", composed))
    assert "KNOWN_ADDRESS_DAYS" in written
    assert written - given == NOT_IN_CONTAINERS
    assert all(f"{name}=" in image for name in NOT_IN_CONTAINERS - {"DEBUG"})
