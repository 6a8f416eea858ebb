"""E-mails and digests hold what is their addressee's, and reach exactly who is to be told."""

import pytest
from django.db.models import Q

from pilots.states.roles import Role
from tests.scope.calls import Caller
from tests.scope.mails import (
    NUMBERS,
    REGIONS,
    Mails,
    institution_readers,
    mail_faults,
    operator_readers,
    region_readers,
    sent_mails,
)
from tests.scope.oracle import EVERYBODY

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


def naming(mails: Mails, text: str) -> set[str]:
    """People whose e-mails have the text."""
    return {name for name, texts in mails.items() if any(text in each for each in texts)}


def test_mails_reach_their_readers_and_show_nothing_of_others(caller: Caller):
    mails = sent_mails(caller.world)
    assert not (found := mail_faults(caller.watch, mails)), "\n".join(found)
    for number in NUMBERS:
        assert naming(mails, caller.world.names[number]) == institution_readers(caller.world, number), number
    for region in REGIONS:
        assert naming(mails, f"任务书{region}") == region_readers(region), region
    assert naming(mails, "tuoyu_bbbbbbbbbbbb_") == operator_readers() != set()
    assert {*mails} <= {name for name, who in EVERYBODY.items() if who.door == "session"}
    assert any("汇总" in text.splitlines()[0] for texts in mails.values() for text in texts)


def test_mail_to_a_wrong_county_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """Every county officer is among the readers. Alone that does no harm: each person is asked again."""
    officers = Q(role=Role.COUNTY_OFFICER)
    monkeypatch.setattr("pilots.policies.notices._hanging_on", lambda _notice, _readers: officers)
    assert not mail_faults(caller.watch, sent_mails(caller.world))
    monkeypatch.setattr("pilots.policies.notices._readable", lambda _user, _prefix: Q(pk__isnull=False))
    found = mail_faults(caller.watch, sent_mails(caller.world))
    assert "county2: institution SJZ-0001" in found
    assert "county: institution SJZ-0447" in found
