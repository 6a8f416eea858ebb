"""The audit of dependencies in the Makefile: a weakness fails, an absent source is told and fails nothing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.search(r"^define AUDIT\n(.*?)^endef$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE | re.DOTALL)

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "weak", "version": "1.0", "vulns": [{"id": "PYSEC-2021-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}


def audit(tmp_path: Path, program: str, *, seconds: str = "90") -> subprocess.CompletedProcess[str]:
    """Run the Makefile's block with another program in the place of pip-audit."""
    assert BLOCK is not None
    (tmp_path / "pip_audit").mkdir()
    (tmp_path / "pip_audit" / "__init__.py").touch()
    (tmp_path / "pip_audit" / "__main__.py").write_text(program, encoding="utf-8")
    block = BLOCK[1].replace("timeout=90", f"timeout={seconds}")
    assert "$" not in block  # make would replace it
    return subprocess.run(
        [sys.executable, "-c", block],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answering(*dependencies: dict, status: int = 0) -> str:
    return f"import sys\nprint({json.dumps({'dependencies': dependencies})!r})\nsys.exit({status})"


def test_no_weakness_passes(tmp_path):
    done = audit(tmp_path, answering(SOUND, SOUND))
    assert (done.returncode, done.stdout) == (0, "Audit: 2 packages of requirements.lock, no known weakness.\n")


def test_weakness_fails_and_is_named(tmp_path):
    done = audit(tmp_path, answering(SOUND, WEAK, UNKNOWN, status=1))
    assert done.returncode == 1
    assert "weak 1.0: PYSEC-2021-1, mended in 1.1" in done.stdout
    assert "Known weaknesses" in done.stderr


@pytest.mark.parametrize(
    ("program", "missing"),
    [
        ("import sys; sys.exit('no route to host')", "all packages"),
        ("import time; time.sleep(60)", "all packages"),
        ("print('<html>a captive portal</html>')", "all packages"),
        (answering(), "all packages"),
        (answering(UNKNOWN, UNKNOWN), "2 of 2 packages"),
        (answering(SOUND, UNKNOWN), "1 of 2 packages"),
    ],
)
def test_absent_source_is_told_in_one_line_and_stops_nobody(tmp_path, program, missing):
    done = audit(tmp_path, program, seconds="3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Audit: NOT DONE for {missing} of requirements.lock")
    assert done.stdout.count("\n") == 1


def test_check_runs_the_audit_and_the_deployment_check():
    command = ["make", "--dry-run", "--always-make", "check"]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert '-c "$AUDIT"' in plan
    assert "manage.py check --deploy --fail-level WARNING" in plan
