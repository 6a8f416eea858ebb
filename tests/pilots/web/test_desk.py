"""The desk: messages of the person signed in, how they are sent, and outgoing e-mail for those who see to it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import Delivery, Institution, Membership, Message, MessagePreference, Region
from pilots.operations.notices import deliver_due, notify
from portal.accounts.models import User

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate()
DESK, SETTINGS, QUEUE = reverse("desk"), reverse("desk_settings"), reverse("mail_queue")
EVERYONE = (
    "province",
    "city",
    "county",
    "county2",
    "reviewer",
    "department",
    "assessor",
    "clerk",
    "director",
    "auditor",
    "system-admin",
    "security-admin",
    "audit-admin",
)
CORRECTION = {"as_of": TODAY, "places": 1, "enrolled": 1, "places_before": 2, "enrolled_before": 2, "reason": "x"}


def tell(count=1, number="SJZ-0001", kind="institution.closed", **parameters):
    """That many notices about an institution, delivered."""
    institution = Institution.objects.get(number=number)
    parameters = parameters or {"closed_on": TODAY}
    for each in range(count):
        notify(kind=kind, key=f"{kind}:{number}:{each}", at=NOW, institution=institution, **parameters)
    deliver_due(at=NOW)


def message_to(username):
    return Message.objects.filter(user__username=username).latest("pk")


def shown(response):
    return [row["pk"] for row in response.context["rows"]]


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_costs_the_same_for_any_number_of_messages(as_user, django_assert_num_queries, rows):
    tell(rows)
    client = as_user("clerk")
    with django_assert_num_queries(6):
        response = client.get(DESK)
    assert len(response.context["rows"]) == rows


def test_newest_is_first_and_unread_is_said_in_words(as_user):
    tell(3)
    client = as_user("clerk")
    oldest = Message.objects.filter(user__username="clerk").order_by("pk").first()
    client.post(reverse("message_read", args=[oldest.pk]))
    response = client.get(DESK)
    assert shown(response) == sorted(shown(response), reverse=True)
    assert text_of(response).count("</svg>Unread</span>") == 2


def test_filters_by_unread_and_topic(as_user):
    tell(3)
    tell(1, kind="api_key.revoked", prefix="abcdef123456")
    client = as_user("director")
    first = message_to("director")
    client.post(reverse("message_read", args=[first.pk]))
    found = {
        query: len(shown(client.get(f"{DESK}?{query}")))
        for query in ("", "show=unread", "topic=access", "topic=records", "show=unread&topic=access", "topic=nonsense")
    }
    assert found == {
        "": 4,
        "show=unread": 3,
        "topic=access": 1,
        "topic=records": 3,
        "show=unread&topic=access": 0,
        "topic=nonsense": 4,
    }


def test_pages_of_twenty_keep_the_filter(as_user):
    tell(23)
    client = as_user("clerk")
    assert len(shown(client.get(DESK))) == 20
    response = client.get(DESK, {"page": "2", "show": "unread"})
    assert len(shown(response)) == 3
    assert "show=unread" in text_of(response)
    assert client.get(DESK, {"page": "nonsense"}).status_code == 200


def test_reading_goes_to_the_subject_or_back(as_user):
    tell(2)
    client = as_user("clerk")
    message = message_to("clerk")
    url = reverse("message_read", args=[message.pk])
    opened = client.post(url, {"open": "1"})
    assert opened["Location"].startswith("/institutions/SJZ-0001/?as_of=")
    message.refresh_from_db()
    first_read = message.read_at
    assert first_read is not None
    assert client.post(url, {"next": f"{DESK}?show=unread&page=2"})["Location"] == f"{DESK}?show=unread&page=2"
    message.refresh_from_db()
    assert message.read_at == first_read
    for foreign in ("https://elsewhere.example/desk/", "//elsewhere.example", "/institutions/", "javascript:alert(1)"):
        assert client.post(url, {"next": foreign})["Location"] == DESK
    assert client.get(url).status_code == 405


def test_each_message_leads_to_what_it_is_about(as_user):
    county = Region.objects.get(pk="130102")
    words = {"year": 2026, "indicator": "pilots_total", "goal": 70, "reason": "x"}
    notify(kind="target.changed", key="t", at=NOW, region=county, **words)
    notify(kind="mail.undelivered", key="m", at=NOW, day=TODAY)
    user = User.objects.get(username="county")
    notify(kind="account.password_changed", key="p", at=NOW, user=user, instant=NOW)
    deliver_due(at=NOW)
    links = {
        (name, message.notice.kind): as_user(name).post(reverse("message_read", args=[message.pk]), {"open": "1"})
        for name in ("county", "system-admin")
        for message in Message.objects.filter(user__username=name).select_related("notice")
    }
    assert {found: response["Location"] for found, response in links.items()} == {
        ("county", "target.changed"): "/regions/130102/",
        ("county", "account.password_changed"): "/accounts/security/",
        ("system-admin", "mail.undelivered"): QUEUE,
    }
    assert as_user("county").get("/regions/130102/").status_code == 200


def test_one_message_has_a_page_of_its_own(as_user):
    tell()
    message = message_to("clerk")
    client = as_user("clerk")
    text = text_of(client.get(reverse("message", args=[message.pk])))
    assert "Closed: " in text
    message.refresh_from_db()
    assert message.read_at is None


@pytest.mark.parametrize("username", [name for name in EVERYONE if name != "clerk"])
def test_nobody_opens_or_reads_another_s_message(as_user, username):
    tell()
    message = message_to("clerk")
    client = as_user(username)
    assert client.get(reverse("message", args=[message.pk])).status_code == 404
    assert client.post(reverse("message_read", args=[message.pk])).status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_all_read_stops_at_what_the_page_showed(as_user):
    tell(2)
    client = as_user("clerk")
    newest = client.get(DESK).context["newest"]
    tell(2, kind="report.corrected", **CORRECTION)
    assert Message.objects.filter(user__username="clerk", read_at=None).count() == 4
    response = client.post(reverse("messages_read"), {"up_to": newest}, follow=True)
    assert "2 messages marked as read." in text_of(response)
    assert Message.objects.filter(user__username="clerk", read_at=None).count() == 2
    assert Message.objects.filter(user__username="director", read_at=None).count() == 4


@pytest.mark.parametrize("typed", ["", "x", "-1", "٣", "9" * 40, str(2**63)])
def test_odd_input_marks_nothing(as_user, typed):
    tell()
    assert as_user("clerk").post(reverse("messages_read"), {"up_to": typed}).status_code == 302
    assert Message.objects.filter(user__username="clerk", read_at=None).count() == 1


def test_number_out_of_range_is_not_found(as_user):
    assert as_user("clerk").get(f"/desk/messages/{10**30}/").status_code == 404
    assert as_user("system-admin").post(f"/system/messages/{10**30}/retry/").status_code == 404


# --- scope -------------------------------------------------------------------------------------------


def test_ended_membership_hides_what_was_told(as_user):
    tell(3)
    name = Institution.objects.get(number="SJZ-0001").name
    client = as_user("clerk")
    before = client.get(DESK)
    assert name in text_of(before)
    assert before.context["unread_count"] == before.context["page_obj"].paginator.count == 3
    message = message_to("clerk")
    Membership.objects.filter(user__username="clerk").update(ends_on=TODAY - timedelta(days=1))
    after = as_user("clerk").get(DESK)
    assert name not in text_of(after)
    assert (shown(after), after.context["unread_count"]) == ([], 0)
    assert after.context["page_obj"].paginator.count == 0
    for query in ("show=unread", "topic=records"):
        assert shown(as_user("clerk").get(f"{DESK}?{query}")) == []
    assert as_user("clerk").get(reverse("message", args=[message.pk])).status_code == 404
    assert as_user("clerk").post(reverse("message_read", args=[message.pk]), {"open": "1"}).status_code == 404
    assert Message.objects.filter(user__username="clerk").count() == 3


@pytest.mark.parametrize("username", EVERYONE)
def test_desk_opens_for_every_role(as_user, username):
    tell()
    response = as_user(username).get(DESK)
    assert response.status_code == 200
    assert len(shown(response)) == (1 if username in ("county", "clerk", "director") else 0)
    assert as_user(username).get(SETTINGS).status_code == 200


def test_stranger_is_sent_to_the_sign_in(client):
    for url in (DESK, SETTINGS, QUEUE, reverse("message", args=[1])):
        assert client.get(url)["Location"].startswith(reverse("sign_in"))
    for url in (reverse("message_read", args=[1]), reverse("messages_read"), reverse("mail_retry", args=[1])):
        assert client.post(url)["Location"].startswith(reverse("sign_in"))


def test_forms_need_their_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="clerk"))
    tell()
    assert client.post(reverse("message_read", args=[message_to("clerk").pk])).status_code == 403
    assert client.post(reverse("messages_read"), {"up_to": "999999"}).status_code == 403
    assert Message.objects.filter(user__username="clerk", read_at=None).count() == 1


# --- top bar -----------------------------------------------------------------------------------------


def test_top_bar_counts_on_every_page(as_user):
    client = as_user("clerk")
    assert "unread-count" not in text_of(client.get(reverse("mine")))
    tell(2)
    response = client.get(reverse("mine"))
    assert response.context["unread_shown"] == "2"
    assert "unread-count" in text_of(response)


def test_count_of_many_is_short(as_user):
    tell()
    User.objects.filter(username="clerk").update(unread_messages=100)
    assert as_user("clerk").get(reverse("mine")).context["unread_shown"] == "99+"
    User.objects.filter(username="clerk").update(unread_messages=99)
    assert as_user("clerk").get(reverse("mine")).context["unread_shown"] == "99"


def test_count_adds_no_query_to_a_page(as_user, django_assert_num_queries):
    for unread in (0, 3):
        tell(unread)
        client = as_user("county")
        with django_assert_num_queries(9):
            response = client.get(reverse("institutions"), {"as_of": "2021-11-01"})
        assert response.context["unread_count"] == unread


# --- settings ----------------------------------------------------------------------------------------


def test_choice_is_kept_and_said_in_the_chosen_language(as_user):
    client = as_user("clerk")
    form = {"language": "zh-hans", "records": "weekly", "work": "daily", "access": "in_app"}
    response = client.post(SETTINGS, form, follow=True)
    assert "已保存" in text_of(response)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert {row.topic: row.choice for row in MessagePreference.objects.filter(user__username="clerk")} == {
        name: choice for name, choice in form.items() if name != "language"
    }
    client.post(SETTINGS, {**form, "language": "en", "records": "daily"})
    assert MessagePreference.objects.get(user__username="clerk", topic="records").choice == "daily"
    assert User.objects.get(username="clerk").language == "en"
    assert not MessagePreference.objects.exclude(user__username="clerk").exists()


@pytest.mark.parametrize(
    "wrong", [{"language": "de"}, {"records": "never"}, {"records": ""}, {"security": "in_app", "access": "x"}]
)
def test_other_choices_are_refused_at_their_field(as_user, wrong):
    form = {"language": "en", "records": "daily", "work": "daily", "access": "in_app"}
    response = as_user("clerk").post(SETTINGS, {**form, **wrong})
    assert response.status_code == 422
    assert not MessagePreference.objects.exists()
    assert set(response.context["form"].errors) == set(wrong) - {"security"}


def test_security_is_not_to_be_chosen(as_user):
    response = as_user("clerk").get(SETTINGS)
    assert set(response.context["form"].fields) == {"language", "records", "work", "access"}
    assert response.context["fixed"] == ["Security of my account"]


@pytest.mark.parametrize(
    ("username", "topics"),
    [
        ("county", "records work access security"),
        ("province", "records work access security"),
        ("assessor", "work access security"),
        ("auditor", "work access security trail"),
        ("system-admin", "work access system security"),
        ("security-admin", "work access security trail"),
    ],
)
def test_topics_are_those_that_can_concern_the_person(as_user, username, topics):
    filters = as_user(username).get(DESK).context["filters"]
    assert [value for value, _label in filters.fields["topic"].choices if value] == topics.split()
    form = as_user(username).get(SETTINGS).context["form"]
    assert set(form.fields) == {"language", *topics.split()} - {"security", "trail"}


def test_refused_address_is_said_to_its_owner(as_user):
    user = User.objects.get(username="clerk")
    User.objects.filter(pk=user.pk).update(email="clerk@example.org")

    def ended(state, minutes, address="clerk@example.org"):
        Delivery.objects.create(
            key=f"{state}{minutes}",
            user=user,
            form="single",
            next_attempt_at=NOW,
            state=state,
            address=address,
            finished_at=NOW + timedelta(minutes=minutes),
        )
        return "was refused by its server" in text_of(as_user("clerk").get(SETTINGS))

    assert ended("sent", 0) is False
    assert ended("bounced", 1) is True
    assert "clerk@example.org" in text_of(as_user("clerk").get(DESK))
    assert ended("sent", 2) is False
    assert ended("bounced", 3, "old@example.org") is False
