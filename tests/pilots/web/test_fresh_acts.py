"""Dangerous acts ask who signed in long ago once more; what was typed is kept, and then the form works."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from pilots.models import AccountChange, Disclosure, DocumentWithdrawal, Institution, InstitutionKey, Membership, Notice
from pilots.states.roles import Role
from portal.accounts.freshness import asks_for_fresh_sign_in
from portal.accounts.models import ApiKey, User
from portal.approvals.models import Proposal
from portal.shared.audience import routes
from tests.pilots.acts import make_key, make_operator_key, operator_member
from tests.pilots.people import day, someone
from tests.pilots.web.key_pages import LIST, entry
from tests.pilots.web.test_documents import put
from tests.portal.accounts.acts import PASSWORD
from tests.portal.acts import propose

pytestmark = pytest.mark.django_db

DANGEROUS = {
    "institution_contact",
    "document_withdraw",
    "institution_key_new",
    "institution_key_rotate",
    "institution_key_revoke",
    "institution_operator_key_revoke",
    "operator_key_new",
    "operator_key_rotate",
    "operator_key_revoke",
    "revoke_designation",
    "target_propose",
    "proposal",
    "person_new",
    "membership_give",
    "membership_change",
    "membership_end",
    "administration_grant",
    "administration_end",
    "account_switch_off",
    "account_switch_on",
    "account_reset_password",
    "account_reset_second_factor",
    "account_identity",
    "trail_export",
    "office_sign_in",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}


@pytest.fixture
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def age(client, seconds=301):
    """As if the last proof were older."""
    session = client.session
    session["account_authentication_methods"] = [
        {**each, "at": each["at"] - seconds} for each in session["account_authentication_methods"]
    ]
    session.save()


def asked(response, back):
    """Whether the answer asks for the password and leads back."""
    found = urlsplit(response["Location"] if response.status_code == 302 else "")
    again = {reverse("account_reauthenticate"), reverse("mfa_reauthenticate")}
    return found.path in again and parse_qs(found.query) == {"next": [back]}


def through_the_question(client, page, form):
    """Send a form with an old sign-in, answer the question, send what was kept; the last answer."""
    age(client)
    response = client.post(page, form)
    assert asked(response, reverse("kept")), response
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == reverse("kept")
    kept = client.get(reverse("kept")).context["kept"]
    assert kept.path == page
    again: dict[str, list[str]] = {}
    for name, value in kept.fields:
        again.setdefault(name, []).append(value)
    sent = {
        name: [str(each) for each in (value if isinstance(value, list) else [value])] for name, value in form.items()
    }
    assert again == sent  # nothing is lost
    return client.post(kept.path, again)


def test_dangerous_acts_and_no_others_ask():
    assert {name for name, view in routes() if asks_for_fresh_sign_in(view)} == DANGEROUS


def pages():
    """Every dangerous page of the programme that opens to someone, with whom."""
    key, operator_key = make_key().grant, make_operator_key().grant
    clerk, other = someone("clerk"), User.objects.create(username="fresh", name="新人", is_active=False)
    held = Membership.objects.get(user=clerk)
    admin = Membership.objects.get(user__username="audit-admin")
    chain, number = operator_member().username, "SJZ-0001"
    of_operator = [operator_key.operator_id]
    return [
        ("province", reverse("institution_contact", args=[number])),
        ("county", reverse("document_withdraw", args=[number, put().document.pk])),
        ("director", reverse("institution_key_new", args=[number])),
        ("director", reverse("institution_key_rotate", args=[number, key.key.prefix])),
        ("director", reverse("institution_key_revoke", args=[number, key.key.prefix])),
        ("county", reverse("institution_operator_key_revoke", args=["SJZ-0002", operator_key.key.prefix])),
        (chain, reverse("operator_key_new", args=of_operator)),
        (chain, reverse("operator_key_rotate", args=[*of_operator, operator_key.key.prefix])),
        (chain, reverse("operator_key_revoke", args=[*of_operator, operator_key.key.prefix])),
        ("city", reverse("revoke_designation", args=[number])),
        ("city", reverse("target_propose", args=["130100"]) + "?indicator=pilots_total&year=2021"),
        ("county", reverse("person_new") + "?role=institution_clerk"),
        ("county", reverse("membership_give", args=[clerk.pk]) + "?role=institution_clerk"),
        ("county", reverse("membership_change", args=[clerk.pk, held.pk])),
        ("county", reverse("membership_end", args=[clerk.pk, held.pk])),
        ("security-admin", reverse("administration_grant", args=[other.pk])),
        ("security-admin", reverse("administration_end", args=[admin.user_id, admin.pk])),
        ("county", reverse("account_switch_off", args=[clerk.pk])),
        ("security-admin", reverse("account_switch_on", args=[other.pk])),
        ("county", reverse("account_reset_password", args=[clerk.pk])),
        ("county", reverse("account_reset_second_factor", args=[clerk.pk])),
        ("county", reverse("account_identity", args=[clerk.pk])),
        ("auditor", reverse("trail_export") + "?act=key.created"),
        ("county", reverse("office_sign_in", args=["130102"])),
    ]


def test_page_opens_after_a_fresh_sign_in_and_asks_after_an_old_one(as_user, files):
    found = pages()
    clients = {name: as_user(name) for name in {name for name, _page in found} if name != "chain-institution_director"}
    chain = someone("chain-institution_director")
    chain.set_password(PASSWORD)
    chain.save()
    clients[chain.username] = as_user(chain.username)
    wrong = [page for name, page in found if clients[name].get(page).status_code != 200]
    assert wrong == []
    for client in clients.values():
        age(client)
    assert [page for name, page in found if not asked(clients[name].get(page), page)] == []
    for name, page in found:
        if not page.startswith(reverse("trail_export")):
            response = clients[name].post(page, {"reason": "理由"})
            assert asked(response, reverse("kept")), page
    assert not AccountChange.objects.exists()
    assert ApiKey.objects.filter(revoked_at__isnull=False).count() == 0
    assert (Proposal.objects.count(), Disclosure.objects.count(), DocumentWithdrawal.objects.count()) == (0, 0, 0)


def test_reading_a_proposal_asks_nothing_and_deciding_does(as_user):
    proposal = propose("city", goal=71)
    page = reverse("proposal", args=[proposal.pk])
    client = as_user("province")
    age(client)
    assert client.get(page).status_code == 200
    done = through_the_question(client, page, {"move": "refuse", "reason": "指标过高"})
    assert done["Location"] == page
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision_reason) == ("refused", "指标过高")


def test_key_is_made_by_the_form_that_was_kept(as_user):
    client, form = as_user("director"), entry(scopes=["capacity.write", "capacity.read"])
    before = InstitutionKey.objects.count()
    done = through_the_question(client, f"{LIST}new/", form)
    assert InstitutionKey.objects.count() == before + 1
    assert sorted(InstitutionKey.objects.latest("key__created_at").key.scopes) == ["capacity.read", "capacity.write"]
    assert "tuoyu_" in client.get(done["Location"]).content.decode()


def test_role_ends_by_the_form_that_was_kept(as_user):
    held = Membership.objects.get(user__username="clerk")
    page = reverse("membership_end", args=[held.user_id, held.pk])
    through_the_question(as_user("county"), page, {"when": "day", "last_day": str(day(3)), "reason": "离职"})
    held.refresh_from_db()
    assert (held.ends_on, held.end_reason) == (day(3), "离职")


def test_target_is_proposed_by_the_form_that_was_kept(as_user):
    page = reverse("target_propose", args=["130100"]) + "?indicator=pilots_total&year=2021"
    client = as_user("city")
    form = client.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    through_the_question(client, page, {**values, "goal": 71, "reason": "省里追加任务"})
    assert Proposal.objects.get().arguments["goal"] == 71


def test_switching_off_goes_through_the_question(as_user):
    page = reverse("account_switch_off", args=[someone("clerk").pk])
    through_the_question(as_user("county"), page, {"reason": "离职"})
    assert not someone("clerk").is_active


def test_new_password_is_not_shown_without_the_question(as_user):
    client, page = as_user("county"), reverse("account_reset_password", args=[someone("clerk").pk])
    shown = through_the_question(client, page, {"reason": "忘记"})
    assert shown.context["password"]
    assert AccountChange.objects.filter(act="password_reset").count() == 1


def test_administrator_is_asked_for_the_second_factor_or_the_password(as_user):
    client, page = as_user("security-admin"), reverse("person_new") + "?role=province_officer"
    age(client)
    response = client.get(page)
    assert Authenticator.objects.filter(user__username="security-admin").exists()
    assert asked(response, page)
    assert client.post(response["Location"], {"password": PASSWORD}).status_code in (302, 422)


def test_trail_is_exported_after_the_question(as_user):
    client, page = as_user("auditor"), reverse("trail_export")
    age(client)
    response = client.get(page)
    assert asked(response, page)
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == page
    assert client.get(page)["Content-Type"].startswith("text/csv")


def test_hidden_number_is_shown_after_the_question(as_user):
    client, page = as_user("province"), reverse("institution_contact", args=["SJZ-0001"])
    shown = through_the_question(client, page, {"purpose": "contact", "reason": "核实现场情况"})
    assert shown.status_code == 200, shown.context["form"].errors
    assert Disclosure.objects.count() == 1


def test_role_is_given_once_by_the_form_that_was_kept(as_user):
    page = reverse("membership_give", args=[someone("clerk").pk]) + f"?role={Role.INSTITUTION_CLERK}"
    place = f"institution:{Institution.objects.get(number='SJZ-0002').pk}"
    form = {"place": place, "starts_on": str(day(1)), "ends_on": "", "reason": "兼任"}
    through_the_question(as_user("county"), page, form)
    assert Membership.objects.filter(user__username="clerk").count() == 2
    assert Notice.objects.filter(kind="membership.given").count() == 1
