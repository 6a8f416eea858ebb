"""Every cell of the matrix against what really happens when a demonstration account does it.

The page reads `matrix()`; here each act is really done, as every role, on something that lies where the role holds, in
each of its states.
"""

import io
from datetime import date
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from pilots.models import CapacityReport, Institution, Membership
from pilots.operations.accounts import (
    reset_password,
    reset_second_factor,
    set_identity,
    switch_off_account,
    switch_on_account,
)
from pilots.operations.capacity import correct_report, report_capacity
from pilots.operations.institutions import Entry, close_institution, register_institution
from pilots.operations.memberships import (
    NewPerson,
    change_membership,
    end_membership,
    invite_person,
)
from pilots.policies import people
from pilots.policies.acts import ACTS, matrix
from pilots.policies.institutions import visible_institutions
from pilots.policies.regions import visible_regions
from pilots.states.acts import STATES_OF, State
from pilots.states.capacity import ClassGroup, Count, Source
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.shared.refusals import DomainError
from tests.pilots.people import day, post, someone
from tests.pilots.policies import doing

pytestmark = pytest.mark.django_db

ACCOUNT_OF = {
    Role.PROVINCE_OFFICER: "province",
    Role.CITY_OFFICER: "city",
    Role.COUNTY_OFFICER: "county",
    Role.REVIEWER: "reviewer",
    Role.DEPARTMENT_COLLEAGUE: "department",
    Role.ASSESSOR: "assessor",
    Role.INSTITUTION_CLERK: "clerk",
    Role.INSTITUTION_DIRECTOR: "director",
    Role.AUDITOR: "auditor",
    Role.SYSTEM_ADMINISTRATOR: "system-admin",
    Role.SECURITY_ADMINISTRATOR: "security-admin",
    Role.AUDIT_ADMINISTRATOR: "audit-admin",
}
BELOW = {
    "province": (Role.CITY_OFFICER, "130100"),
    "city": (Role.COUNTY_OFFICER, "130104"),
    "county": (Role.REVIEWER, "130102"),
    "security-admin": (Role.AUDITOR, "130000"),
}
"""A role below each office; everyone else is tried with a clerk of SJZ-0001."""
NUMBER = "SJZ-0001"
OPENED = date(2019, 9, 1)


def post_below(account):
    return post(*BELOW.get(account, (Role.INSTITUTION_CLERK, NUMBER)))


def below(account, state):
    """Somebody with such a role, in that state: a row written past the operations."""
    user = User.objects.create(username="below", name="下级", is_active=state != State.OFF)
    row = post_below(account).membership(user)
    if state == State.ENDED:
        row.starts_on, row.ends_on = day(-9), day(-1)
    row.save()
    return row


def institution(state):
    found = Institution.objects.get(number=NUMBER)
    if state == State.CLOSED:
        close_institution(
            institution_id=found.pk, closed_on=day(-1), reason="停办", by=someone("county"), at=timezone.now()
        )
    return found


def send_report(number, by, places=7):
    return report_capacity(
        institution_id=Institution.objects.get(number=number).pk,
        as_of=day(-2),
        classes={ClassGroup.MIXED: Count(places, 1)},
        by=by,
        at=timezone.now(),
        source=Source.BROWSER,
    ).report


def figures_read(by, _state):
    return visible_regions(by).filter(pk="130102").exists()


def institution_registered(by, _state):
    entry = Entry(county_id="130102", name="矩阵园", service_model="social", opened_on=day(-1))
    return register_institution(entry=entry, filing=None, by=by, at=timezone.now())


def institution_read(by, state):
    return visible_institutions(by).filter(pk=institution(state).pk).exists()


def institution_closed(by, state):
    closed = institution(state)
    return close_institution(institution_id=closed.pk, closed_on=day(-1), reason="停办", by=by, at=timezone.now())


def capacity_reported(by, state):
    institution(state)
    return send_report(NUMBER, by)


def capacity_corrected(by, state):
    report = send_report(NUMBER, someone("county"))
    if state == State.REPLACED:
        send_report(NUMBER, someone("county"), places=8)
    classes = {ClassGroup.MIXED: Count(9, 1)}
    return correct_report(report_id=report.pk, classes=classes, reason="错", by=by, at=timezone.now())


def person_read(by, _state):
    return people.visible_people(by).exists()


def person_invited(by, _state):
    person = NewPerson("matrix", "矩阵")
    return invite_person(person=person, post=post_below(by.username), by=by, at=timezone.now())


def membership_changed(by, state):
    row, post = below(by.username, state), post_below(by.username)
    return change_membership(membership_id=row.pk, post=post, reason="换岗", by=by, at=timezone.now())


def membership_ended(by, state):
    row = below(by.username, state)
    return end_membership(membership_id=row.pk, last_day=day(0), reason="离职", by=by, at=timezone.now())


def _account(operation):
    def act(by, state):
        user = below(by.username, state).user
        return operation(user_id=user.pk, reason="理由", by=by, at=timezone.now())

    return act


def account_factors_removed(by, state):
    user = below(by.username, state).user
    TOTP.activate(user, generate_totp_secret())
    return reset_second_factor(user_id=user.pk, reason="理由", by=by, at=timezone.now())


def account_identity_set(by, state):
    user = below(by.username, state).user
    return set_identity(user_id=user.pk, external_id="1301", reason="理由", by=by, at=timezone.now())


DOING = {
    "figures.read": figures_read,
    "institution.registered": institution_registered,
    "institution.read": institution_read,
    "institution.closed": institution_closed,
    "capacity.reported": capacity_reported,
    "capacity.corrected": capacity_corrected,
    "person.read": person_read,
    "person.invited": person_invited,
    "membership.changed": membership_changed,
    "membership.ended": membership_ended,
    "account.switched_off": _account(switch_off_account),
    "account.switched_on": _account(switch_on_account),
    "account.password_reset": _account(reset_password),
    "account.factors_removed": account_factors_removed,
    "account.identity_set": account_identity_set,
    **doing.DOING,
}


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"


def test_every_act_is_tried_and_every_role_has_an_account():
    assert set(DOING) == {act.code for act in ACTS}
    assert set(ACCOUNT_OF) == set(Role)
    assert len(ACTS) == len({act.code for act in ACTS})
    assert {line.state for line in matrix()} == {State.ALWAYS, *(s for states in STATES_OF.values() for s in states)}


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("line", matrix(), ids=lambda line: f"{line.act.code}-{line.state}")
def test_cell_says_what_happens(line, role):
    by = someone(ACCOUNT_OF[role])
    try:
        happened = bool(DOING[line.act.code](by, line.state))
    except DomainError:
        happened = False
    assert happened == (role in line.roles)


def test_page_shows_the_matrix_and_nothing_else(as_user):
    response = as_user("clerk").get(reverse("roles"))
    shown = {
        (str(act["label"]), str(state["label"])): [cell["can"] for cell in state["cells"]]
        for group in response.context["groups"]
        for act in group["acts"]
        for state in act["states"]
        if group["label"] != "Membership"
    }
    for line in matrix():
        if line.act.on != "membership":
            assert shown[str(line.act.label), str(line.state.label)] == [role in line.roles for role in Role]
    assert sum(len(act["states"]) for group in response.context["groups"] for act in group["acts"]) == len(matrix())


def test_page_of_one_role_has_one_column(as_user):
    response = as_user("clerk").get(reverse("roles"), {"role": "county_officer"})
    assert [str(role["label"]) for role in response.context["roles"]] == ["county officer"]
    cells = {len(s["cells"]) for group in response.context["groups"] for act in group["acts"] for s in act["states"]}
    assert cells == {1}
    assert {rule["manager"] for rule in response.context["rules"]} == {
        "province officer",
        "city officer",
        "county officer",
    }
    assert len(as_user("clerk").get(reverse("roles"), {"role": "nothing"}).context["roles"]) == 12


def test_page_marks_the_readers_roles(as_user):
    own = [str(role["label"]) for role in as_user("clerk").get(reverse("roles")).context["roles"] if role["own"]]
    assert own == ["institution clerk"]


def test_matrix_reads_no_table(django_assert_num_queries):
    with django_assert_num_queries(0):
        lines = matrix()
    assert len(lines) > 20


def test_document_is_up_to_date():
    out = io.StringIO()
    call_command("role_matrix", stdout=out)
    document = Path(__file__).resolve().parents[3] / "docs" / "roles.md"
    assert document.read_text(encoding="utf-8") == out.getvalue()


def test_oracle_has_something_to_find():
    """The reports and memberships that the acts above need do exist."""
    assert CapacityReport.objects.filter(institution__number=NUMBER, as_of__lt=day(-1)).exists()
    assert Membership.objects.in_force(day(0)).values("role").distinct().count() == 12
    assert Institution.objects.get(number=NUMBER).opened_on == OPENED
