"""Notices of every group of readers, delivered and mailed; who was told what."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from pilots.models import Institution, Operator, Region
from pilots.operations.deliveries import send_due
from pilots.operations.notices import notify
from portal.accounts.models import User
from portal.shared.audience import Audience
from tests.scope.calls import undone
from tests.scope.checks import Watch
from tests.scope.oracle import BRAND, EVERYBODY, Who
from tests.scope.world import DAY, FAR, XINJI, World

NUMBERS = ("SJZ-0001", "SJZ-0002", "SJZ-0447", "SJZ-0045", FAR, XINJI)
REGIONS = ("130000", "130100", "130102", "130172", "130200", "130181")
DOMAIN = "example.org"
Mails = dict[str, list[str]]


def sent_mails(world: World) -> Mails:
    """What each person of the world gets by e-mail, the digests of the days after included; nothing of it stays."""
    with undone():
        people = User.objects.filter(username__in=[name for name, who in EVERYBODY.items() if who.door == "session"])
        people.update(email=Concat(F("username"), Value(f"@{DOMAIN}")), language="zh-hans")
        mail.outbox.clear()
        _tell(world)
        now = timezone.now()
        for later in (timedelta(minutes=1), timedelta(days=8)):
            send_due(at=now + later)
        found: Mails = defaultdict(list)
        for each in mail.outbox:
            found[each.to[0].removesuffix(f"@{DOMAIN}")].append(_text(each))
    return found


def mail_faults(watch: Watch, mails: Mails) -> list[str]:
    """What stands in an e-mail and is not its addressee's."""
    return [
        f"{name}: {leak}"
        for name, texts in mails.items()
        for text in texts
        for leak in watch.leaks(text, watch.allowed(name, EVERYBODY[name], Audience.SIGNED_IN))
    ]


def institution_readers(world: World, number: str) -> set[str]:
    """Who is told of an institution: whoever speaks for it, and its county unit's officers."""
    return _those(lambda who: number in who.speaks or who.desk == world.county_of[number])


def region_readers(region: str) -> set[str]:
    """Who is told of a region's target: its own officers."""
    return _those(lambda who: who.officer == region)


def operator_readers() -> set[str]:
    """Who is told of an operator's keys: directors of all its institutions."""
    return _those(lambda who: {*who.directs} >= {*BRAND})


def _those(told: Callable[[Who], bool]) -> set[str]:
    return {name for name, who in EVERYBODY.items() if who.door == "session" and told(who)}


def _tell(world: World) -> None:
    now = timezone.now()
    for number in NUMBERS:
        institution = Institution.objects.get(number=number)
        about = {"at": now, "institution": institution}
        notify(kind="institution.registered", key=f"scope registered {number}", **about)
        notify(kind="institution.closed", key=f"scope closed {number}", closed_on=DAY, **about)
        notify(kind="api_key.revoked", key=f"scope key {number}", prefix=f"{number[-4:]}aaaaaaaa", **about)
    for code in REGIONS:
        region = Region.objects.get(pk=code)
        changed = {"year": 2021, "indicator": "pilots_total", "goal": 77, "reason": f"任务书{code}"}
        notify(kind="target.changed", key=f"scope target {code}", at=now, region=region, **changed)
    operator = Operator.objects.get(name="爱悦堡（示例）")
    notify(kind="api_key.revoked", key="scope key", at=now, operator=operator, prefix="bbbbbbbbbbbb")
    for place in filter(lambda place: place.owner, world.places.values()):
        owner, region = User.objects.get(username=place.owner), Region.objects.get(pk=place.region)
        said = {"what": f"{place.region} 调整任务", "proposer": "某人", "until": DAY}
        waiting = f"scope waiting {place.region} {place.owner}"
        notify(kind="proposal.waiting", key=waiting, at=now, region=region, user=owner, **said)
        notify(kind="account.password_changed", key=f"scope {waiting}", at=now, user=owner, instant=now)


def _text(sent: EmailMultiAlternatives) -> str:
    parts = [str(part.content) for part in sent.alternatives]
    return "\n".join([sent.subject, sent.body, *parts])
