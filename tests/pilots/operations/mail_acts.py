"""Short forms for tests of e-mail."""

from datetime import timedelta

from django.utils import timezone

from pilots.models import Institution
from pilots.operations.deliveries import send_due
from pilots.operations.notices import choose_delivery, deliver_due, notify
from pilots.states.notices import Choice, Topic
from portal.accounts.models import User

NOW = timezone.now()
TODAY = timezone.localdate()


def someone(username):
    return User.objects.get(username=username)


def reader(username="clerk", *, language="zh-hans", choice=Choice.AT_ONCE):
    user = someone(username)
    user.email = f"{username}@example.org"
    user.save(update_fields=["email"])
    choose_delivery(by=user, choices={Topic.RECORDS: choice}, language=language)
    return user


def closing(key="x", number="SJZ-0001"):
    subject = Institution.objects.get(number=number)
    notify(kind="institution.closed", key=key, at=NOW, institution=subject, closed_on=TODAY)
    deliver_due(at=NOW)


def subject(mail):
    """The parser keeps the space of a header that begins on its second line."""
    return mail["Subject"].strip()


def tried(minutes):
    """Send what is due that many minutes later."""
    return dict(send_due(at=NOW + timedelta(minutes=minutes)))
