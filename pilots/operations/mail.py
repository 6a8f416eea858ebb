"""An e-mail in words: one message, or a digest, in its reader's language, with nothing its reader may not see today."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.models import Delivery, Message
from pilots.queries.notices import choices_of, messages_of, words
from pilots.states.deliveries import Form
from pilots.states.notice_kinds import KINDS
from pilots.states.notices import Choice, Severity


def compose(delivery: Delivery) -> EmailMultiAlternatives | None:
    """The e-mail as it has to be sent now, or None where nothing is left to send.

    Left out: what its reader may no longer see; in a digest also what was read in the portal in the meantime, and
    topics for which the reader wants no more e-mail.
    """
    user = delivery.user
    messages = _left(delivery) if user.is_active and user.email else []
    if not messages:
        return None
    with translation.override(user.language):
        rows = [_row(message) for message in messages]
        context = {
            "name": user.display_name,
            "rows": rows,
            "title": rows[0]["subject"] if delivery.form == Form.SINGLE else _digest_title(delivery, len(rows)),
            "single": delivery.form == Form.SINGLE,
            "portal": _("Childcare Pilot Portal"),
            "desk_url": _absolute("desk"),
            "settings_url": _absolute("desk_settings"),
        }
        mail = EmailMultiAlternatives(
            subject=f"{context['title']} · {context['portal']}",
            body=render_to_string("pilots/desk/mail.txt", context),
            to=[user.email],
            headers={
                "Message-ID": f"<{delivery.message_id}@{urlsplit(settings.SITE_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(render_to_string("pilots/desk/mail.html", context), "text/html")
    return mail


def _left(delivery: Delivery) -> list[Message]:
    found = list(messages_of(delivery.user).filter(delivery=delivery))
    if delivery.form == Form.SINGLE:
        return found
    silent = {topic for topic, choice in choices_of(delivery.user).items() if choice == Choice.IN_APP}
    return [each for each in found if each.read_at is None and KINDS[each.notice.kind].topic not in silent]


def _row(message: Message) -> dict[str, str]:
    said = words(message.notice)
    kind = KINDS[message.notice.kind]
    return {
        "subject": said.subject,
        "body": said.body,
        "url": _absolute("message", message.pk),
        "severity": "" if kind.severity == Severity.INFO else str(kind.severity.label),
    }


def _digest_title(delivery: Delivery, count: int) -> str:
    texts = ngettext("%(count)s new message", "%(count)s new messages", count) % {"count": count}
    return f"{Form(delivery.form).label}: {texts}"


def _absolute(route: str, *args: int) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=args)}"
