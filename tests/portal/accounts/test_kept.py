"""What was typed when the session had ended: kept, offered, sent by the user's click only."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pilots.models import CapacityReport, Institution
from portal.accounts import kept
from portal.accounts.models import User
from portal.accounts.passwords import set_initial_password
from portal.accounts.sealing import seal, unseal
from tests.portal.accounts.acts import PASSWORD, sign_in
from tests.portal.accounts.test_sessions import idle

pytestmark = pytest.mark.django_db

NEW = "/institutions/new/"
NAME = "石家庄市长安区“保留”托育园\n（测试）<b>"
TYPED = {
    "name": NAME,
    "credit_code": "91110000600037341L",
    "service_model": "social",
    "opened_on": "2026-03-01",
    "filing_kind": "initial",
    "filed_on": "2026-03-05",
    "county": "130102",
}


@pytest.fixture
def officer(browser):
    client = browser()
    sign_in(client, "county")
    client.get("/institutions/")
    return client


def end(client):
    """As if the person had signed out of this session from another browser."""
    Session.objects.filter(session_key=client.session.session_key).delete()


def carried_by(response):
    found = re.search(r'name="kept" value="([^"]+)"', response.content.decode())
    return found[1] if found else ""


def fields_of(response):
    return dict(response.context["kept"].fields)


def test_typed_form_survives_the_end_of_its_session_and_is_sent_by_a_click(officer):
    end(officer)
    late = officer.post(NEW, TYPED, headers={"referer": f"http://testserver{NEW}"})
    assert late.status_code == 403
    assert "What you typed is kept" in late.content.decode()
    assert NAME not in late.content.decode()
    kept_text = carried_by(late)
    assert kept_text
    wrong = sign_in(officer, "county", "wrong", next=NEW, kept=kept_text)
    assert (wrong.status_code, carried_by(wrong)) == (422, kept_text)
    page = officer.post(
        reverse("sign_in"), {"username": "county", "password": PASSWORD, "next": NEW, "kept": kept_text}, follow=True
    )
    assert page.redirect_chain[-1] == (reverse("kept"), 302)
    text = page.content.decode()
    for heading in ("Unified credit code", "Service model", "91110000600037341L", "&lt;b&gt;", "2026-03-05"):
        assert heading in text
    assert fields_of(page) == {**TYPED, "name": NAME.replace("\n", "\r\n")} or fields_of(page) == TYPED
    assert f'action="{NEW}"' in text
    assert not Institution.objects.filter(name__contains="保留").exists()
    done = officer.post(page.context["kept"].path, fields_of(page) | {"name": "石家庄市长安区“保留”托育园（测试）"})
    assert done.status_code == 302
    assert Institution.objects.filter(name__contains="保留").count() == 1
    assert officer.get(reverse("kept"))["Location"] == "/"


def test_idle_session_keeps_the_form_for_its_person(officer):
    idle(officer, 3601)
    late = officer.post(NEW, TYPED)
    assert "nothing happened for 60 minutes" in late.content.decode()
    assert kept.opened(carried_by(late)).person == User.objects.get(username="county").pk


def test_another_person_at_the_same_browser_gets_nothing_of_it(officer):
    end(officer)
    kept_text = carried_by(officer.post(NEW, TYPED))
    sign_in(officer, "county2", kept=kept_text)
    assert officer.get(reverse("kept"))["Location"] == "/"
    assert kept.SESSION_KEY not in officer.session
    assert officer.get("/", follow=True).redirect_chain[0][0].startswith("/regions/130172/")


def test_form_survives_a_password_change_and_a_second_factor_in_between(officer):
    from tests.portal.accounts.test_second_factor import enrol  # noqa: PLC0415

    user = User.objects.get(username="county")
    end(officer)
    kept_text = carried_by(officer.post(NEW, TYPED))
    set_initial_password(user=user, password="beamte-reisen-langsam-42")
    sign_in(officer, "county", "beamte-reisen-langsam-42", kept=kept_text)
    assert officer.get("/")["Location"] == reverse("account_change_password")
    form = {"oldpassword": "beamte-reisen-langsam-42"} | dict.fromkeys(("password1", "password2"), "ganz-anders-wort-9")
    officer.post(reverse("account_change_password"), form)
    enrol(officer)
    page = officer.get("/", follow=True)
    assert page.redirect_chain[-1] == (reverse("kept"), 302)
    assert fields_of(page)["credit_code"] == TYPED["credit_code"]


def test_kept_numbers_and_choices_are_named_as_on_the_form(officer):
    end(officer)
    report = "/institutions/SJZ-0001/report/"
    late = officer.post(report, {"as_of": "2021-10-20", "infant_places": "10", "mixed_enrolled": "3", "x-odd_one": "?"})
    sign_in(officer, "county", kept=carried_by(late))
    lines = {(line.heading, line.text) for line in officer.get(reverse("kept")).context["lines"]}
    named = {("As of", "2021-10-20"), ("x · odd one", "?")}
    assert lines == named | {("infant class · Places", "10"), ("mixed class · Enrolled", "3")}


def test_it_is_offered_once_and_can_be_discarded(officer):
    end(officer)
    late = officer.post(NEW, TYPED, headers={"referer": "http://testserver/institutions/?q=a"})
    sign_in(officer, "county", kept=carried_by(late))
    assert officer.get("/institutions/")["Location"] == reverse("kept")
    assert officer.get(reverse("kept")).status_code == 200
    assert officer.get("/institutions/").status_code == 200
    assert officer.post(reverse("kept_discard"))["Location"] == "/institutions/?q=a"
    assert officer.get(reverse("kept"))["Location"] == "/"


def test_passwords_and_files_are_never_kept(officer):
    end(officer)
    form = {**TYPED, "new_password": "geheim-1", "Passwd": "geheim-2", "client_secret": "geheim-3"}
    late = officer.post(NEW, {**form, "material": SimpleUploadedFile("a.pdf", b"geheim-4")})
    found = kept.opened(carried_by(late))
    assert "geheim" not in str(found.fields)
    assert found.left_out == ["new_password", "Passwd", "client_secret", "material"]
    sign_in(officer, "county", kept=carried_by(late))
    assert "Files and passwords are not kept" in officer.get(reverse("kept")).content.decode()


def test_what_is_too_long_is_said_to_be_lost(officer):
    end(officer)
    late = officer.post(NEW, {**TYPED, "note": "字" * kept.LIMIT})
    assert late.status_code == 403
    assert "too long to be kept" in late.content.decode()
    assert carried_by(late) == ""


def test_a_quarter_of_a_million_characters_survive(officer):
    end(officer)
    note = "字" * (kept.LIMIT - 1000)
    kept_text = carried_by(officer.post(NEW, {**TYPED, "note": note}))
    sign_in(officer, "county", kept=kept_text)
    assert fields_of(officer.get(reverse("kept")))["note"] == note


def test_form_with_nothing_typed_leads_to_the_sign_in_as_before(officer):
    end(officer)
    assert officer.post(NEW, {})["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "{}",
        "字",
        "gAAAAA",
        "a" * 100_000,
        lambda text: text[:-2] + "AA",
        lambda text: text[10:],
        lambda _text: seal('{"path": "https://evil.example/"}', purpose="second factor"),
    ],
)
def test_foreign_and_altered_content_is_ignored(officer, forged):
    end(officer)
    genuine = carried_by(officer.post(NEW, TYPED))
    text = forged(genuine) if callable(forged) else forged
    assert sign_in(officer, "county", kept=text).status_code == 302
    assert kept.SESSION_KEY not in officer.session


def test_content_is_valid_for_two_hours(officer, settings):
    end(officer)
    genuine = carried_by(officer.post(NEW, TYPED))
    assert kept.MAX_AGE == 7200
    assert unseal(genuine, purpose="kept", max_age=60) is not None
    assert unseal(genuine, purpose="kept", max_age=-1) is None
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key"
    assert kept.opened(genuine) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert kept.opened(genuine) is None


def cross_site(client, **headers):
    return client.post(NEW, TYPED, headers={"origin": "https://evil.example", **headers})


def test_page_elsewhere_can_neither_send_nor_plant_a_form(browser):
    """The victim is signed in, or signed out; the attacker's page posts without a token."""
    victim = Client(enforce_csrf_checks=True)
    sign_in_page = victim.get(reverse("sign_in"))
    token = sign_in_page.context["csrf_token"]
    refused = cross_site(victim)
    assert (refused.status_code, carried_by(refused)) == (403, "")
    victim.post(reverse("sign_in"), {"username": "county", "password": PASSWORD, "csrfmiddlewaretoken": str(token)})
    refused = cross_site(victim, referer="https://evil.example/")
    assert refused.status_code == 403
    assert kept.SESSION_KEY not in victim.session
    assert victim.get("/institutions/").status_code == 200
    attacker = browser("203.0.113.66")
    sealed = carried_by(attacker.post(NEW, {**TYPED, "name": "untergeschoben"}))
    assert sealed
    planted = cross_site(victim)
    planted = victim.post(reverse("sign_in"), {"kept": sealed}, headers={"origin": "https://evil.example"})
    assert planted.status_code == 403
    assert victim.get(f"{reverse('sign_in')}?kept={sealed}", follow=True).status_code == 200
    assert kept.SESSION_KEY not in victim.session
    assert not Institution.objects.filter(name="untergeschoben").exists()


def test_own_form_with_an_old_token_is_kept_too(officer):
    """Signed in again in another window: the session lives, the token of the older page does not."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = officer.cookies
    own = strict.post(NEW, {**TYPED, "csrfmiddlewaretoken": "old"}, headers={"origin": "http://testserver"})
    assert own["Location"] == reverse("kept")
    assert fields_of(strict.get(reverse("kept")))["credit_code"] == TYPED["credit_code"]
    end(officer)
    late = strict.post(NEW, {**TYPED, "csrfmiddlewaretoken": "old"}, headers={"origin": "http://testserver"})
    assert (late.status_code, bool(carried_by(late))) == (403, True)
    assert cross_site(strict).status_code == 403
    assert carried_by(cross_site(strict)) == ""


def test_partial_request_is_led_to_the_sign_in_and_its_content_kept(officer):
    end(officer)
    late = officer.post(NEW, TYPED, headers={"hx-request": "true", "referer": f"http://testserver{NEW}"})
    assert (late.status_code, late["HX-Redirect"]) == (204, f"{reverse('sign_in')}?next=%2Finstitutions%2Fnew%2F")
    sign_in(officer, "county", next=NEW)
    assert officer.get(NEW)["Location"] == reverse("kept")
    assert fields_of(officer.get(reverse("kept")))["credit_code"] == TYPED["credit_code"]


def test_partial_request_that_is_too_long_fills_no_stranger_s_session(officer):
    end(officer)
    late = officer.post(NEW, {**TYPED, "note": "字" * kept.PARTIAL_LIMIT}, headers={"hx-request": "true"})
    assert (late.status_code, late["HX-Redirect"]) == (204, f"{reverse('sign_in')}?next=%2F")
    assert kept.SESSION_KEY not in officer.session
    assert "too long to be kept" in officer.get(reverse("sign_in")).content.decode()


def test_software_s_body_is_no_form(officer):
    end(officer)
    late = officer.post("/api/v1/institutions/SJZ-0001/capacity-reports/", "{}", content_type="application/json")
    assert late.status_code == 401
    before = CapacityReport.objects.count()
    assert officer.post(NEW, "{}", content_type="application/json").status_code == 302
    assert CapacityReport.objects.count() == before


@pytest.mark.parametrize(
    "referer", ["https://evil.example/x", "http://testserver.evil/", "http://testserver//evil", ""]
)
def test_way_back_stays_here(officer, referer):
    end(officer)
    late = officer.post(NEW, TYPED, headers={"referer": referer})
    assert kept.opened(carried_by(late)).back == "/"
