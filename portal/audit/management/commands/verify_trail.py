"""`manage.py verify_trail`: whether anyone has altered the trail."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit.verifying import AnchorUnreadable, Report, anchor_file, is_there, read_anchors, verify


class Command(BaseCommand):
    """Exit 0 where the trail is as it was sealed; exit 1 and name the first row where it is not."""

    help = (
        "Verify the trail: name the first row that was changed, removed or slipped in. Exit status 1 if there is one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file of seals, which form."""
        parser.add_argument(
            "--anchor", type=Path, help="file of seals that was kept elsewhere (default: this machine's own, if any)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object with all findings")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Verify and print."""
        try:
            path: Path | None = options["anchor"] or (anchor_file() if is_there(anchor_file()) else None)
            report = verify(read_anchors(path) if path else None)
        except AnchorUnreadable as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report, path))
        if report.findings:
            sys.exit(1)


def _as_json(report: Report) -> str:
    stated = {
        "verified": not report.findings,
        "seals": report.seals,
        "events": report.leaves,
        "last_day": report.last_day.isoformat() if report.last_day else None,
        "findings": [finding.statement() for finding in report.findings],
    }
    return json.dumps(stated, ensure_ascii=False, indent=2)


def _as_text(report: Report, path: Path | None) -> str:
    if report.findings:
        more = len(report.findings) - 1
        return f"{report.findings[0]}" + (f"\n{more} more findings: --json lists them." if more else "")
    against = f", held against {path}" if path else "; no file of seals to hold it against"
    return f"{report.leaves} events of {report.seals} sealed days are as they were, up to {report.last_day}{against}."
