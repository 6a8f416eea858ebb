"""What ends or lowers an institution's standing needs a reason."""

from datetime import date

import pytest

from pilots.models import Designation, Filing, InclusiveRecognition, Institution
from pilots.operations.facts import (
    Basis,
    designate,
    end_designation,
    end_recognition,
    recognise_inclusive,
    record_filing,
)
from pilots.operations.refusals import ReasonMissing
from pilots.states.facts import FilingKind, PilotLevel, PilotType
from tests.pilots.acts import county_officer

pytestmark = pytest.mark.django_db

DAY = date(2021, 9, 1)
LEDGERS = (Designation, Filing, InclusiveRecognition)


@pytest.fixture
def plain():
    """An institution without a line in the ledger of designations."""
    return Institution.objects.filter(county="130172", designations__isnull=True).first().pk


def make_pilot(institution, level, day=DAY, reason="", ends_on=None):
    return designate(
        institution_id=institution,
        level=level,
        pilot_type=PilotType.COMMUNITY,
        effective_on=day,
        ends_on=ends_on,
        basis=Basis(by=county_officer(), reason=reason),
    )


def lines(institution):
    return [ledger.objects.filter(institution=institution).count() for ledger in LEDGERS]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_downgrade_needs_a_reason(plain, reason):
    make_pilot(plain, PilotLevel.PROVINCIAL)
    before = lines(plain)
    with pytest.raises(ReasonMissing) as refusal:
        make_pilot(plain, PilotLevel.CITY, date(2021, 10, 1), reason)
    assert refusal.value.field == "reason"
    assert lines(plain) == before
    lowered = make_pilot(plain, PilotLevel.CITY, date(2021, 10, 1), "复评未达标")
    assert (lowered.act, lowered.level, lowered.reason) == ("change", "city", "复评未达标")


def test_first_designation_upgrade_and_same_level_need_none(plain):
    make_pilot(plain, PilotLevel.CITY)
    make_pilot(plain, PilotLevel.PROVINCIAL, date(2021, 10, 1))
    make_pilot(plain, PilotLevel.PROVINCIAL, date(2021, 10, 2))
    assert Designation.objects.filter(institution=plain).count() == 3


def test_level_that_is_over_is_not_lowered(plain):
    make_pilot(plain, PilotLevel.PROVINCIAL, ends_on=date(2021, 9, 30))
    with pytest.raises(ReasonMissing):
        make_pilot(plain, PilotLevel.CITY, date(2021, 9, 30))
    assert make_pilot(plain, PilotLevel.CITY, date(2021, 10, 1)).reason == ""


@pytest.mark.parametrize("kind", [FilingKind.CANCELLATION, FilingKind.VOID])
def test_filing_is_not_taken_back_without_a_reason(plain, kind):
    with pytest.raises(ReasonMissing):
        record_filing(institution_id=plain, kind=kind, effective_on=DAY, basis=Basis())
    record_filing(institution_id=plain, kind=FilingKind.CHANGE, effective_on=DAY, basis=Basis())
    assert Filing.objects.filter(institution=plain).latest("pk").kind == FilingKind.CHANGE


def test_ends_need_a_reason(plain):
    make_pilot(plain, PilotLevel.CITY)
    recognise_inclusive(institution_id=plain, effective_on=DAY, basis=Basis())
    before = lines(plain)
    for end in (end_designation, end_recognition):
        with pytest.raises(ReasonMissing):
            end(institution_id=plain, effective_on=date(2021, 10, 1), basis=Basis(reason=" "))
        assert lines(plain) == before
    for end in (end_designation, end_recognition):
        assert end(institution_id=plain, effective_on=date(2021, 10, 1), basis=Basis(reason="不再符合")).reason
    record_filing(institution_id=plain, kind=FilingKind.CANCELLATION, effective_on=DAY, basis=Basis(reason="停业"))
    assert Filing.objects.filter(institution=plain).latest("pk").reason == "停业"
