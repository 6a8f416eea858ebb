"""Who may see what, computed from plain tables and the sample; no policy is asked."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

from pilots.operations.reference import rows
from portal.shared.audience import Audience

PARENT: dict[str, str] = {row["code"]: row["parent_code"] for row in rows("regions.csv")}
LEVEL: dict[str, str] = {row["code"]: row["level"] for row in rows("regions.csv")}
REGION_NAMES: dict[str, str] = {row["code"]: row["name"] for row in rows("regions.csv")}


def path(region: str) -> list[str]:
    """The region and all above it."""
    steps = []
    while region:
        steps.append(region)
        region = PARENT.get(region, "")
    return steps


@dataclass(frozen=True)
class Who:
    """What someone is for the programme. Software with a key `speaks`, and has no pages."""

    officer: str = ""
    """Region in which it is an officer: it reads it, and in a county unit keeps its records."""
    reads: Collection[str] = ()
    """Further regions that it reads."""
    speaks: Collection[str] = ()
    """Institutions for which it reports."""
    directs: Collection[str] = ()
    """Those of them whose people and keys it manages."""
    audits: str = ""
    """Region whose trail it reads."""
    administers: str = ""
    """system, security or audit"""
    door: str = "session"
    """session, key, no key (wrong or revoked), or none: nobody is signed in"""

    @property
    def tops(self) -> set[str]:
        return {*self.reads} | {each for each in (self.officer, self.audits) if each}

    @property
    def desk(self) -> str:
        return self.officer if LEVEL.get(self.officer) == "county" else ""

    def reads_region(self, region: str) -> bool:
        return bool(self.tops & {*path(region)})


BRAND = ("SJZ-0002", "SJZ-0089", "SJZ-0135")
"""爱悦堡, in three county units; asserted against the sample."""

ACCOUNTS: dict[str, Who] = {
    "province": Who(officer="130000"),
    "province2": Who(officer="130000"),
    "city": Who(officer="130100"),
    "county": Who(officer="130102"),
    "county2": Who(officer="130172"),
    "reviewer": Who(reads={"130102"}),
    "department": Who(reads={"130102"}),
    "assessor": Who(),  # hangs on the city, and sees what assessments are given to it: none so far
    "clerk": Who(speaks={"SJZ-0001"}),
    "director": Who(speaks={"SJZ-0001"}, directs={"SJZ-0001"}),
    "brand": Who(speaks=BRAND, directs=BRAND),  # a director of the operator, not of one institution
    "auditor": Who(audits="130000"),
    "system-admin": Who(administers="system"),
    "security-admin": Who(administers="security"),
    "audit-admin": Who(administers="audit"),
}
"""The demonstration's accounts."""

OTHERS: dict[str, Who] = {
    "tangshan": Who(officer="130200"),
    "xinji": Who(officer="130181"),
    "director2": Who(speaks={"SJZ-0002"}, directs={"SJZ-0002"}),
    "auditor2": Who(audits="130172"),  # the trail of one county unit
    "two-hats": Who(reads={"130172"}, speaks={"SJZ-0001"}),
    "ended": Who(),  # was an officer of 130102 until yesterday
    "not-begun": Who(),  # will be one from tomorrow on
    "nobody": Who(),  # an account without a membership
}
"""People whom `world.py` adds."""

STRANGERS: dict[str, Who] = {
    "anonymous": Who(door="none"),
    "switched-off": Who(door="none"),  # an officer of 130102 whose account is no longer active
    "key": Who(speaks={"SJZ-0001"}, door="key"),
    "key2": Who(speaks={"SJZ-0447"}, door="key"),
    "revoked-key": Who(door="no key"),
    "wrong-key": Who(door="no key"),
}
EVERYBODY: dict[str, Who] = ACCOUNTS | OTHERS | STRANGERS


class Verdict(StrEnum):
    """What the gate should answer."""

    ADMITTED = "admitted"
    FORBIDDEN = "403"
    HIDDEN = "404"
    SIGN_IN = "to the sign-in"
    NO_KEY = "401"
    NOT_SERVED = "405"


class On(StrEnum):
    """What a route hangs on."""

    NOTHING = "nothing"
    REGION = "a region"
    INSTITUTION = "an institution"


@dataclass(frozen=True)
class Place:
    """Where a route is asked for: a region, an institution in it, and what else hangs there."""

    region: str
    number: str
    county: str
    """Of the institution; empty where it does not exist."""
    owner: str = ""
    """The account whose own things are meant there: its messages, its sessions."""
    things: dict[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Ask:
    """One question to the oracle."""

    audience: Audience
    on: On
    place: Place
    writes: bool = False
    """Whether the method is one that changes something."""
    name: str = ""
    """Who asks."""


def owner_only(who: Who, ask: Ask) -> Verdict:
    """For what belongs to one person: nobody else is told that it exists."""
    if who.door != "session":
        return Verdict.SIGN_IN
    return Verdict.ADMITTED if ask.name == ask.place.owner else Verdict.HIDDEN


def administrator(part: str) -> Callable[[Who, Ask], Verdict]:
    """For what only one of the three administrators keeps: system, security or audit."""

    def told(who: Who, _ask: Ask) -> Verdict:
        if who.door != "session":
            return Verdict.SIGN_IN
        return Verdict.ADMITTED if who.administers == part else Verdict.FORBIDDEN

    return told


MANAGED_BY: dict[str, Collection[str]] = {
    "county": {"city"},
    "director2": {"county"},
    "county2": {"city"},
    "city": {"province", "province2"},
    "province": {"security-admin"},
    "tangshan": {"province", "province2"},
    "xinji": {"province", "province2"},  # 辛集市 hangs from the province
}
"""Who manages the people whose pages are asked for. Besides, the system administrator keeps every account."""


def manager_of(*, keeper: bool) -> Callable[[Who, Ask], Verdict]:
    """For the page of a person, or an act on one: `keeper` says whether it is the system administrator's, too."""

    def told(who: Who, ask: Ask) -> Verdict:
        if who.door != "session":
            return Verdict.SIGN_IN
        if ask.name in MANAGED_BY.get(ask.place.owner, ()):
            return Verdict.ADMITTED
        if who.administers != "system" or not ask.place.owner:
            return Verdict.HIDDEN
        return Verdict.ADMITTED if keeper else Verdict.FORBIDDEN

    return told


def granting(who: Who, ask: Ask) -> Verdict:
    """Administrators are proposed by the security administrator, for people it sees; nobody else who sees them may."""
    seen = manager_of(keeper=False)(who, ask)
    return Verdict.FORBIDDEN if seen == Verdict.ADMITTED and who.administers != "security" else seen


def auditors(who: Who, _ask: Ask) -> Verdict:
    """The trail is not even named to others."""
    if who.door != "session":
        return Verdict.SIGN_IN
    return Verdict.ADMITTED if who.audits or who.administers == "audit" else Verdict.HIDDEN


def ending(who: Who, ask: Ask) -> Verdict:
    """The end of an administrator's role is proposed by the security administrator; who keeps accounts sees them."""
    if who.door != "session":
        return Verdict.SIGN_IN
    if not ask.place.owner or who.administers not in ("security", "system"):
        return Verdict.HIDDEN
    return Verdict.ADMITTED if who.administers == "security" else Verdict.FORBIDDEN


def giving(who: Who, _ask: Ask) -> Verdict:
    """Who gives roles invites people; the system administrator keeps accounts and gives none."""
    if who.door != "session":
        return Verdict.SIGN_IN
    gives = who.officer or who.directs or who.administers == "security"
    return Verdict.ADMITTED if gives else Verdict.FORBIDDEN


def retrying(who: Who, ask: Ask) -> Verdict:
    """An e-mail that was given up is sent again by the system administrator, to whomever it goes."""
    told = administrator("system")(who, ask)
    return Verdict.HIDDEN if told == Verdict.ADMITTED and not ask.place.owner else told


def nowhere(_who: Who, _ask: Ask) -> Verdict:
    """Single sign-on is not set up: nobody is told more."""
    return Verdict.HIDDEN


def operator_directors(who: Who, ask: Ask) -> Verdict:
    """Keys of an operator: for directors of all its institutions; to others it is not there."""
    if who.door != "session":
        return Verdict.SIGN_IN
    whole = {*who.directs} >= {*BRAND} and ask.place.number in BRAND
    return Verdict.ADMITTED if whole else Verdict.HIDDEN


def desk_over_operator(who: Who, ask: Ask) -> Verdict:
    """An operator's key is ended by the county unit of an institution that it opens; here only the brand has any."""
    if who.door != "session":
        return Verdict.SIGN_IN
    if not sees(who, ask):
        return Verdict.HIDDEN
    ends = who.desk == ask.place.county and ask.place.number in BRAND
    return Verdict.ADMITTED if ends else Verdict.FORBIDDEN


def office(who: Who, ask: Ask) -> Verdict:
    """How an office's people sign in is its own officers' to decide."""
    if who.door != "session":
        return Verdict.SIGN_IN
    if not sees(who, ask):
        return Verdict.HIDDEN
    return Verdict.ADMITTED if who.officer == ask.place.region else Verdict.FORBIDDEN


def sees(who: Who, ask: Ask) -> bool:
    """Whether the region or institution is visible to it at all."""
    if ask.on == On.REGION:
        return ask.place.region in PARENT and who.reads_region(ask.place.region)
    return bool(ask.place.county) and (who.reads_region(ask.place.county) or ask.place.number in who.speaks)


def verdict(who: Who, ask: Ask) -> Verdict:
    """What the gate should answer to someone at a place."""
    if ask.audience == Audience.ANYONE:
        return Verdict.ADMITTED
    if ask.audience == Audience.API:
        return _interface(who, ask)
    if who.door != "session":
        return Verdict.SIGN_IN
    if ask.audience == Audience.SIGNED_IN and ask.on == On.NOTHING:
        return Verdict.ADMITTED
    if ask.on == On.NOTHING:
        return Verdict.ADMITTED if holds(who, ask) else Verdict.FORBIDDEN
    if not sees(who, ask):
        return Verdict.HIDDEN
    return Verdict.ADMITTED if holds(who, ask) else Verdict.FORBIDDEN


def _interface(who: Who, ask: Ask) -> Verdict:
    if who.door in ("none", "no key"):
        return Verdict.NO_KEY
    if ask.on == On.REGION:
        return Verdict.ADMITTED if ask.place.region in figure_regions(who) else Verdict.HIDDEN
    if not sees(who, ask):
        return Verdict.HIDDEN
    return Verdict.FORBIDDEN if ask.writes and not reports(who, ask.place) else Verdict.ADMITTED


def holds(who: Who, ask: Ask) -> bool:
    """Whether it is of the route's audience, at the place or, where the route hangs on nothing, anywhere."""
    place, anywhere = ask.place, ask.on == On.NOTHING
    match ask.audience:
        case Audience.SIGNED_IN | Audience.REGION | Audience.INSTITUTION:
            return anywhere or sees(who, ask)
        case Audience.REPORTING:
            return reports(who, place) or (anywhere and bool(who.desk or who.speaks))
        case Audience.COUNTY_DESK:
            return bool(who.desk) if anywhere else who.desk == (place.county or place.region)
        case Audience.STEERING:
            return LEVEL.get(who.officer) in ("province", "city")
        case Audience.OFFICE:
            keeps = who.administers in ("system", "security")
            return bool(who.officer or who.directs or keeps) if anywhere else manages(who, ask)
        case Audience.KEYS:
            return bool(who.desk or who.directs) if anywhere else _manages_keys(who, place)
        case Audience.AUDIT:
            return who.administers == "audit" or bool(who.audits and (anywhere or sees(who, ask)))
        case Audience.ADMINISTRATORS:
            return bool(who.administers)
    raise AssertionError(f"say here who is of the audience {ask.audience!r}")


def reports(who: Who, place: Place) -> bool:
    """Whether it reports for the institution."""
    return place.number in who.speaks or bool(who.desk and who.desk == place.county)


def manages(who: Who, ask: Ask) -> bool:
    """Whether the people of the place are its to manage."""
    if ask.on == On.INSTITUTION:
        return ask.place.number in who.directs or bool(who.officer and who.officer in path(ask.place.county))
    return bool(who.officer and who.officer in path(ask.place.region))


def _manages_keys(who: Who, place: Place) -> bool:
    return place.number in who.directs or bool(who.desk and who.desk == place.county)


def readable(who: Who) -> set[str]:
    """Regions open to it."""
    return {region for region in PARENT if who.reads_region(region)}


def figure_regions(who: Who) -> set[str]:
    """Regions whose figures it reads over REST: those open to it, and those in which its institutions lie."""
    return readable(who) | {each for number in who.speaks for each in path(COUNTY_OF[number])}


COUNTY_OF: dict[str, str] = {row["id"]: row["county_code"] for row in rows("shijiazhuang_2021.csv")}
"""County unit of each institution of the sample, by its number."""
