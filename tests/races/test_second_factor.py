"""One account's second factors, changed in several windows at once."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from pilots.models import AccountChange
from tests.conftest import browser_of
from tests.portal.accounts.codes import totp
from tests.races.test_nightly import in_threads

pytestmark = pytest.mark.usefixtures("db")


def scanned(client):
    """The secret that the page shows to this window."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    return re.search(r'<code class="secret"[^>]*>([A-Z2-7 ]+)</code>', page)[1]


def test_codes_enrolled_in_several_windows_at_once_are_enrolled_once(db):
    clients = [browser_of("county") for _n in range(4)]
    forms = [(client, {"code": totp(scanned(client))}) for client in clients]

    def job(client, form):
        return client.post(reverse("mfa_activate_totp"), form)["Location"]

    done = in_threads(*[lambda each=each: job(*each) for each in forms])
    assert sorted(done) == sorted([reverse("mfa_view_recovery_codes")] + [reverse("mfa_index")] * 3)
    [event] = AccountChange.pgh_event_model.objects.filter(user__username="county")
    context = event.pgh_context
    assert (context["act"], context["user"]) == ("account.factor_added", event.user_id)
    assert {"request", "address"} <= context.keys()
    factors = Authenticator.objects.filter(user__username="county")
    assert sorted(factors.values_list("type", flat=True)) == ["recovery_codes", "totp"]
    told = [client.get(reverse("mfa_index")).content.decode() for client in clients]
    assert sum("are set up already" in text for text in told) == 3
