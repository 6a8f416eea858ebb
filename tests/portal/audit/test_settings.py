"""A retention below the law's refuses the start."""

import os
import subprocess
import sys

import pytest

from portal.embedded.places import PROJECT


@pytest.mark.parametrize(("days", "status"), [("183", 1), ("0", 1), ("184", 0), ("3650", 0)])
def test_retention_shorter_than_the_law_refuses_the_start(days, status):
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=PROJECT,
        env={**os.environ, "AUDIT_RETENTION_DAYS": days},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status
    assert status == 0 or f"AUDIT_RETENTION_DAYS is {days}; the law asks for at least 184 days." in done.stderr
