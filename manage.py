#!/usr/bin/env python
"""Command line of the portal."""

import os
import sys

from django.core.management import execute_from_command_line

from portal.embedded import install_into_environment


def main() -> None:
    """Run one management command, on the embedded PostgreSQL unless DATABASE_URL names another."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    install_into_environment(broker=False)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
