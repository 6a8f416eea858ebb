"""Outgoing e-mail, for those who see to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import Delivery, Institution, MessagePreference
from pilots.operations.notices import deliver_due, notify
from portal.accounts.models import User
from tests.pilots.web.test_desk import EVERYONE, text_of

pytestmark = pytest.mark.django_db

NOW = timezone.now()
QUEUE = reverse("mail_queue")


def mail(state="bounced", **more):
    ended = {} if state == "waiting" else {"finished_at": NOW}
    count = Delivery.objects.count()
    return Delivery.objects.create(
        key=f"k{count}",
        user=User.objects.get(username="clerk"),
        form="single",
        next_attempt_at=NOW,
        state=state,
        **ended,
        **more,
    )


@pytest.mark.parametrize("username", EVERYONE)
def test_outgoing_e_mail_is_for_system_administrators(as_user, username):
    delivery = mail()
    allowed = username == "system-admin"
    client = as_user(username)
    assert client.get(QUEUE).status_code == (200 if allowed else 403)
    assert client.post(reverse("mail_retry", args=[delivery.pk])).status_code == (302 if allowed else 403)
    delivery.refresh_from_db()
    assert delivery.state == ("waiting" if allowed else "bounced")


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_costs_the_same_for_any_length(as_user, django_assert_num_queries, rows):
    for _each in range(rows):
        mail()
    client = as_user("system-admin")
    with django_assert_num_queries(8):
        response = client.get(QUEUE)
    assert len(response.context["rows"]) == rows


def test_queue_counts_and_says_the_last_error(as_user):
    mail("bounced", last_error="550 no such user", address="gone@example.org")
    mail("dead", last_error="timed out", attempts=8)
    mail("waiting", attempts=2, last_error="451 later")
    mail("waiting")
    mail("sent")
    response = as_user("system-admin").get(QUEUE)
    assert [metric["value"] for metric in response.context["metrics"]] == ["2", "1", "1", "1"]
    assert response.context["metrics"][0]["change"] == "1 failed and is tried again"
    for said in ("550 no such user", "gone@example.org", "timed out", "451 later", "waiting after a failure"):
        assert said in text_of(response)
    assert len(as_user("system-admin").get(QUEUE, {"state": "dead"}).context["rows"]) == 1
    assert len(as_user("system-admin").get(QUEUE, {"state": "nonsense"}).context["rows"]) == 5


def test_queue_says_nothing_of_what_an_e_mail_holds(as_user):
    User.objects.filter(username="clerk").update(email="clerk@example.org")
    MessagePreference.objects.create(user=User.objects.get(username="clerk"), topic="records", choice="at_once")
    institution = Institution.objects.get(number="SJZ-0001")
    notify(kind="institution.closed", key="c", at=NOW, institution=institution, closed_on=timezone.localdate())
    deliver_due(at=NOW)
    assert Delivery.objects.count() == 1
    text = text_of(as_user("system-admin").get(QUEUE))
    assert "clerk@example.org" in text
    assert Institution.objects.get(number="SJZ-0001").name not in text
    assert "SJZ-0001" not in text


def test_second_click_on_another_try_is_told_so(as_user):
    delivery = mail()
    client = as_user("system-admin")
    client.post(reverse("mail_retry", args=[delivery.pk]))
    response = client.post(reverse("mail_retry", args=[delivery.pk]), follow=True)
    assert "may be on its way already" in text_of(response)
