"""The sample with what it lacks: other cities, other offices, keys; made once a module, and rolled back."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.test import Client
from django.utils import timezone

from pilots.models import (
    CapacityReport,
    Delivery,
    Designation,
    Disclosure,
    Document,
    Institution,
    Membership,
    Message,
    Notice,
    Operator,
)
from pilots.operations.keys import create_key_for_operator, revoke_key
from pilots.operations.people import create_institution_key
from pilots.operations.reference import rows
from pilots.operations.targets import change_target
from pilots.queries.targets import target_ledger
from pilots.states.capacity import Source
from pilots.states.deliveries import Form, State
from pilots.states.disclosures import HiddenField, Purpose
from pilots.states.documents import DocumentKind
from pilots.states.facts import DesignationAct, PilotLevel, PilotType
from pilots.states.institutions import ServiceModel
from pilots.states.roles import Role
from portal.accounts.keys import KeyTerms
from portal.accounts.models import User
from portal.accounts.scopes import Scope
from portal.approvals.models import Proposal
from portal.shared.uploads import store
from tests.conftest import browser_of
from tests.files import pdf
from tests.scope.oracle import ACCOUNTS, COUNTY_OF, OTHERS, PARENT, Place, Who, path
from tests.scope.passkeys import passkey

DAY = date(2021, 11, 1)
FIRST = date(2019, 1, 1)
FAR, XINJI = "TSH-9001", "XJI-9002"
"""Institutions in 唐山市路南区, and in 辛集市, which no city administers."""
ABROAD = (
    (FAR, "唐山市路南区远山托育园", "130202", 1201, 903),
    (XINJI, "辛集市枣香托育园", "130181", 1103, 707),
)
PEOPLE: tuple[tuple[str, str, Role | None, str], ...] = (
    ("tangshan", "唐山市经办人程远", Role.CITY_OFFICER, "130200"),
    ("xinji", "辛集市经办人辛禾", Role.COUNTY_OFFICER, "130181"),
    ("director2", "爱悦堡长安店园长岳青", Role.INSTITUTION_DIRECTOR, "SJZ-0002"),
    ("auditor2", "循环化工园区审计员简明", Role.AUDITOR, "130172"),
    ("two-hats", "双职人员尹双", Role.INSTITUTION_CLERK, "SJZ-0001"),
    ("ended", "离任经办人温旧", Role.COUNTY_OFFICER, "130102"),
    ("not-begun", "待任经办人苏新", Role.COUNTY_OFFICER, "130102"),
    ("switched-off", "停用经办人陶止", Role.COUNTY_OFFICER, "130102"),
    ("nobody", "无任职人员单立", None, ""),
)
PLACES: dict[str, tuple[str, str, str]] = {
    "own county": ("130102", "SJZ-0001", "county"),
    "beside": ("130102", "SJZ-0002", "director2"),
    "other county": ("130172", "SJZ-0447", "county2"),
    "city": ("130100", "SJZ-0045", "city"),
    "province": ("130000", "SJZ-0135", "province"),
    "other city": ("130200", FAR, "tangshan"),
    "辛集市": ("130181", XINJI, "xinji"),
    "nowhere": ("139999", "SJZ-9999", ""),
}
"""Region, institution, and an account whose own things are meant there."""


@dataclass
class World:
    """Who is there, and where one can ask."""

    county_of: dict[str, str]
    names: dict[str, str]
    """Institutions by their numbers: county unit and name."""
    numbers: dict[str, tuple[int, int, bool]]
    """Places, enrolled children, whether a pilot, on DAY."""
    people: dict[str, Who]
    """By the names of people other than the demonstration's: for whom they act."""
    places: dict[str, Place]
    clients: dict[str, Client]

    def visible(self, who: Who) -> set[str]:
        """Institutions that it may see."""
        return {n for n, county in self.county_of.items() if who.reads_region(county)} | {*who.speaks}

    def figure(self, measure: str, region: str) -> int:
        """A figure of a region on DAY, added up."""
        of_region = [self.numbers[n] for n, county in self.county_of.items() if region in path(county)]
        return sum(
            {
                "institutions_total": 1,
                "places_total": places,
                "enrolled_total": enrolled,
                "pilots_total": int(pilot),
                "places_pilot": places * pilot,
            }[measure]
            for places, enrolled, pilot in of_region
        )


def build() -> World:
    """Make it; the caller rolls back."""
    for number, name, county, places, enrolled in ABROAD:
        _institution(number, name, county, places, enrolled)
    _write_contacts()
    sample = {
        r["id"]: (int(r["places"]), int(r["enrolled"]), r["is_pilot"] == "1") for r in rows("shijiazhuang_2021.csv")
    }
    abroad = {number: (places, enrolled, True) for number, _n, _c, places, enrolled in ABROAD}
    county_of = COUNTY_OF | {number: county for number, _n, county, *_r in ABROAD}
    names = dict(Institution.objects.values_list("number", "name"))
    assert names.keys() == county_of.keys()
    for person in PEOPLE:
        _person(*person)
    return World(
        county_of=county_of,
        names=names,
        numbers=sample | abroad,
        people={name: OTHERS.get(username, Who()) for username, name, *_rest in PEOPLE},
        places={label: _place(*each, county_of) for label, each in PLACES.items()},
        clients=_clients(),
    )


def furnish(institution: Institution, owner: User, region: str) -> dict[str, object]:
    """What hangs on an institution or region, or belongs to a person, and is named in addresses. A line a kind."""
    return {
        "person": owner.pk,
        "membership": Membership.objects.filter(user=owner).latest("pk").pk,
        "operator": institution.operator_id or 0,
        "key": create_institution_key(number=institution.number, label="")[0].key.prefix,
        "operator key": _operator_key(institution),
        "report": CapacityReport.objects.filter(institution=institution).latest("pk").pk,
        "document": _document(institution),
        "message": _message(owner),
        "mail": _given_up_mail(owner),
        "passkey": passkey(owner),
        "administrator": _administrator(),
        "disclosure": _disclosure(institution, owner),
        "proposal": _proposal(region),
    }


def _operator_key(institution: Institution) -> str:
    if institution.operator_id is None:
        return "0" * 12
    terms = KeyTerms(label="连锁系统", scopes=(Scope.FIGURES_READ,), days=30)
    issued = create_key_for_operator(operator_id=institution.operator_id, terms=terms, by=None, at=timezone.now())
    return issued.grant.key.prefix


def _document(institution: Institution) -> int:
    stored = store(pdf(institution.number.encode()))
    return Document.objects.create(
        institution=institution,
        kind=DocumentKind.OTHER,
        name=f"{institution.number}.pdf",
        media_type="application/pdf",
        size=stored.size,
        sha256=stored.sha256,
        file_key=stored.key,
    ).pk


def _message(owner: User) -> int:
    notice = Notice.objects.create(
        kind="account.password_changed",
        key=f"scope {owner.pk}",
        user=owner,
        parameters={"instant": "2021-11-01 09:00"},
        send_after=timezone.now(),
        delivered_at=timezone.now(),
    )
    return Message.objects.create(notice=notice, user=owner, created_at=timezone.now()).pk


def _given_up_mail(owner: User) -> int:
    """An e-mail to the owner that no server took."""
    now = timezone.now()
    ended = {"state": State.DEAD, "finished_at": now, "last_error": "timed out"}
    return Delivery.objects.create(
        key=f"scope {owner.pk}", user=owner, form=Form.SINGLE, next_attempt_at=now, **ended
    ).pk


def _administrator() -> list[object]:
    """The audit administrator and its membership."""
    held = Membership.objects.get(user__username="audit-admin")
    return [held.user_id, held.pk]


def _disclosure(institution: Institution, owner: User) -> int:
    """That the owner had the institution's telephone shown."""
    asked = {"purpose": Purpose.CONTACT, "reason": "核实", "request_id": f"scope-{institution.number}"}
    return Disclosure.objects.create(
        institution=institution, field=HiddenField.CONTACT_PHONE, recorded_by=owner, **asked
    ).pk


def _proposal(region: str) -> int:
    """An open change of the region's target."""
    standing = Proposal.objects.filter(place=region).first()
    if standing is None:
        replaced = target_ledger(region, "pilots_total", DAY.year).first()
        standing = change_target.propose(
            by=User.objects.get(username="province"),
            at=timezone.now(),
            reason="追加任务",
            region_id=region,
            indicator="pilots_total",
            year=DAY.year,
            baseline_value=1,
            baseline_on=date(2021, 1, 1),
            goal=77,
            mandate="",
            document="",
            replaces=replaced.pk if replaced else None,
        )
    return standing.pk


def _place(region: str, number: str, owner: str, county_of: dict[str, str]) -> Place:
    found = Institution.objects.filter(number=number).first()
    assert (found is None) == (region not in PARENT)
    things = furnish(found, User.objects.get(username=owner), region) if found else {}
    return Place(region, number, county_of.get(number, ""), owner, things)


def _institution(number: str, name: str, county: str, places: int, enrolled: int) -> None:
    made = Institution.objects.create(
        number=number,
        name=name,
        county_id=county,
        service_model=ServiceModel.SOCIAL,
        opened_on=FIRST,
        search_text=f"{name} {number}".lower(),
        is_demo=True,
    )
    CapacityReport.objects.create(
        institution=made, as_of=FIRST, source=Source.IMPORT, mixed_places=places, mixed_enrolled=enrolled
    )
    Designation.objects.create(
        institution=made,
        act=DesignationAct.DESIGNATE,
        level=PilotLevel.CITY,
        pilot_type=PilotType.COMMUNITY,
        effective_on=FIRST,
        source=Source.IMPORT,
    )


def _write_contacts() -> None:
    """A telephone, a person and an address that are nobody else's, for every institution: the digits of its number."""
    digits = Substr("number", 5)
    address = Concat(Value("试路"), digits, Value("号"))
    Institution.objects.update(
        contact_phone=Concat(Value("1380000"), digits),
        contact_name=Concat(Value("联系人"), digits, Value("号")),
        address=address,
        search_text=Concat("search_text", Value(" "), address),
    )


def _person(username: str, name: str, role: Role | None, place: str) -> None:
    user = User.objects.create(username=username, name=name)
    today, day = timezone.localdate(), timedelta(days=1)
    if role is None:
        return
    where: dict[str, object] = {"region_id": place}
    if place in COUNTY_OF:
        where = {"institution": Institution.objects.get(number=place)}
    elif not place.isdigit():
        where = {"operator": Operator.objects.get(name=place)}
    starts_on = today + day if username == "not-begun" else FIRST
    ends_on = today - day if username == "ended" else None
    Membership.objects.create(user=user, role=role, starts_on=starts_on, ends_on=ends_on, **where)
    if username == "two-hats":
        Membership.objects.create(user=user, role=Role.REVIEWER, starts_on=FIRST, region_id="130172")


def _clients() -> dict[str, Client]:
    clients = {username: browser_of(username) for username in (*ACCOUNTS, *OTHERS, "switched-off")}
    User.objects.filter(username="switched-off").update(is_active=False)
    good, other, revoked = (create_institution_key(number=n, label="") for n in ("SJZ-0001", "SJZ-0447", "SJZ-0001"))
    revoke_key(key_id=revoked[0].pk, reason="试", by=None, at=timezone.now())
    keys = {"key": good[1], "key2": other[1], "revoked-key": revoked[1], "wrong-key": f"{good[1][:-1]}#"}
    clients |= {name: Client(headers={"authorization": f"Bearer {text}"}) for name, text in keys.items()}
    clients |= {"anonymous": Client()}
    for client in clients.values():
        client.raise_request_exception = False  # a bug is an answer, too: the caller reports it
    return clients
