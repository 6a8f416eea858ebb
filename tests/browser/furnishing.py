"""What the demonstration lacks for its pages to be full: run inside the portal's own process, answers ids as JSON.

It touches nothing that other tests of the same portal count: SJZ-0002 and the brand it belongs to, accounts of its own.
"""

import json
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from pilots.models import CapacityReport, Delivery, Institution, Membership, Message
from pilots.operations.disclosures import disclose
from pilots.operations.documents import DocumentEntry, add_document
from pilots.operations.keys import create_key_for_institution, create_key_for_operator
from pilots.operations.notices import deliver_due, notify
from pilots.operations.targets import change_target
from pilots.queries.targets import target_ledger
from pilots.states.deliveries import Form, State
from pilots.states.disclosures import HiddenField, Purpose
from pilots.states.documents import DocumentKind
from pilots.states.roles import Role
from portal.accounts.keys import KeyTerms
from portal.accounts.models import User
from portal.accounts.scopes import Scope
from tests.browser.names import FACTORS, LONG, NEW_ADMINISTRATOR, NEWCOMER, NUMBER, PASSWORD
from tests.files import pdf

FIRST = date(2020, 1, 1)


def furnish() -> None:
    """Make everything, and print what addresses need."""
    institution = Institution.objects.select_related("operator").get(number=NUMBER)
    print(  # noqa: T201  # the answer to whoever ran it
        json.dumps(
            {
                **_people(institution),
                **_keys(institution),
                "report": CapacityReport.objects.filter(institution=institution).earliest("pk").pk,
                "document": _document(institution),
                "proposal": _proposal(),
                "message": _message(),
            }
        )
    )
    _mails()
    _disclosure(institution)


def _people(institution: Institution) -> dict[str, int]:
    office = {"region_id": "130102"}
    _person(FACTORS, Role.COUNTY_OFFICER, **office)
    _person(NEWCOMER, Role.COUNTY_OFFICER, must_change_password=True, **office)
    _person(NEW_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
    administers = Membership.objects.get(user__username="audit-admin")
    person = _person("looks-person", Role.INSTITUTION_CLERK, institution=institution)
    return {
        "person": person.pk,
        "membership": Membership.objects.get(user=person).pk,
        "off": _person("looks-off", Role.INSTITUTION_CLERK, institution=institution, is_active=False).pk,
        "candidate": _person("looks-candidate").pk,
        "administrator": administers.user_id,
        "administration": administers.pk,
    }


def _person(username: str, role: Role | None = None, **more: object) -> User:
    own = {name: more.pop(name) for name in ("is_active", "must_change_password") if name in more}
    user = User(username=username, name="查看页面（测试）", is_demo=True, **own)
    user.set_password(PASSWORD)
    user.save()
    if role is not None:
        Membership.objects.create(user=user, role=role, starts_on=FIRST, **more)
    return user


def _keys(institution: Institution) -> dict[str, object]:
    terms, now = KeyTerms(label=LONG, scopes=(Scope.CAPACITY_READ,), days=20), timezone.now()
    own = create_key_for_institution(institution_id=institution.pk, terms=terms, by=None, at=now)
    assert institution.operator_id is not None
    of_brand = create_key_for_operator(operator_id=institution.operator_id, terms=terms, by=None, at=now)
    prefixes = {"key": own.grant.key.prefix, "operator_key": of_brand.grant.key.prefix}
    return {"operator": institution.operator_id, **prefixes}


def _document(institution: Institution) -> int:
    entry = DocumentEntry(DocumentKind.FIRE, pdf(b"looks"), f"{LONG[:90]}.pdf", note=LONG)
    by = User.objects.get(username="county")
    added = add_document(institution_id=institution.pk, entry=entry, by=by, at=timezone.now())
    return added.document.pk


def _proposal() -> int:
    place = {"region_id": "130100", "indicator": "places_pilot", "year": 2021}
    standing = target_ledger(*place.values()).first()
    assert standing is not None
    proposal = change_target.propose(
        by=User.objects.get(username="province"),
        at=timezone.now(),
        reason="追加任务",
        baseline_value=standing.baseline_value,
        baseline_on=standing.baseline_on,
        goal=standing.goal + 100,
        mandate=LONG,
        document="",
        replaces=standing.pk,
        **place,
    )
    return proposal.pk


def _message() -> int:
    person, now = User.objects.get(username="department"), timezone.now()
    with transaction.atomic():
        notify(kind="account.password_changed", key="looks", at=now, user=person, instant=now)
    deliver_due(at=now)
    return Message.objects.get(notice__key="looks").pk


def _mails() -> None:
    """E-mails that were given up: nobody sends them any more, the page of the queue shows them."""
    now = timezone.now()
    for number in range(2):
        Delivery.objects.create(
            key=f"looks:{number}",
            user=User.objects.get(username="department"),
            form=Form.DAILY,
            state=State.DEAD,
            attempts=7,
            next_attempt_at=now,
            finished_at=now + timedelta(minutes=number),
            address="department@example.org",
            last_error=f"451 {LONG}",
        )


def _disclosure(institution: Institution) -> None:
    disclose(
        institution_id=institution.pk,
        field=HiddenField.CONTACT_PHONE,
        purpose=Purpose.SUPERVISION,
        reason=LONG,
        by=User.objects.get(username="province"),
        at=timezone.now(),
    )
