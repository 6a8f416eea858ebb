"""What comes before the first request: tables, static files and, outside production, the demonstration."""

import os
from collections.abc import Iterator

from django.core.management import execute_from_command_line


def commands() -> Iterator[tuple[str, ...]]:
    """Give the management commands in their order; each does nothing that is done already."""
    yield "migrate", "--noinput"
    yield ("protect_trail",)
    yield "collectstatic", "--noinput", "--verbosity", "0"
    if os.environ.get("PORTAL_ENV") != "production":
        yield ("demo",)


def main() -> None:
    """Run them in one process, as loading the code takes longer than most of them; the first that fails ends it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    for command in commands():
        execute_from_command_line(["manage.py", *command])


if __name__ == "__main__":
    main()
