"""`manage.py record_bounces`: read reports of non-delivery that came back to the portal's address."""

import sys
from argparse import ArgumentParser
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pilots.operations.deliveries import record_bounce


class Command(BaseCommand):
    """Mark the e-mails that the reports (RFC 3464) name as bounced."""

    help = "Read reports of non-delivery (RFC 3464), one a file, - for standard input, and mark the e-mails they name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files."""
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each file."""
        for name in options["files"]:
            self.stdout.write(f"{name}: {_record(_content(name))}")


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error


def _record(content: bytes) -> str:
    report = message_from_bytes(content, policy=policy.compat32)
    statuses = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
    if not statuses:
        return "no report of non-delivery"
    # Below a delivery-status part there is one block of fields for the server and one for each recipient.
    blocks = [block for part in statuses for block in part.walk() if "action" in block]
    failed = next((block for block in blocks if str(block["action"]).strip().lower() == "failed"), None)
    if failed is None:
        return "no failure reported"
    token = _token(report)
    error = f"{failed.get('status', '')} {failed.get('diagnostic-code', '')}"
    delivery = record_bounce(message_id=token, error=error, at=timezone.now()) if token else None
    return f"{delivery.state}: {delivery.address}" if delivery is not None else "no e-mail of the portal"


def _token(report: Any) -> str:
    """The part before the @ of the original's Message-ID, which the report carries along."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            original = message_from_bytes(part.get_payload(decode=True) or b"", policy=policy.compat32)
        elif part.get_content_type() == "message/rfc822" and part.is_multipart():
            original = part.get_payload(0)
        else:
            continue
        if found := str(original.get("message-id", "")).strip().strip("<>").partition("@")[0]:
            return found
    return ""
