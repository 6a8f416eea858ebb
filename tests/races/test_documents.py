"""A double click and two browsers: documents and disclosures at the same moment."""

from django.utils import timezone

from pilots.models import Disclosure, Document, DocumentWithdrawal, Institution
from pilots.operations.disclosures import disclose
from pilots.operations.documents import DocumentEntry, add_document, withdraw_document
from pilots.operations.refusals import AlreadyWithdrawn, TooManyDisclosures
from pilots.states.disclosures import HiddenField, Purpose
from pilots.states.documents import DocumentKind
from portal.accounts.models import User
from tests.files import pdf
from tests.races.test_nightly import in_threads


def number_one():
    return Institution.objects.get(number="SJZ-0001")


def test_same_document_sent_twice_at_once_is_one(db, tmp_path, settings):
    settings.FILES_DIR = tmp_path

    def job():
        entry = DocumentEntry(DocumentKind.FIRE, pdf(), "消防.pdf")
        officer = User.objects.get(username="county")
        return add_document(institution_id=number_one().pk, entry=entry, by=officer, at=timezone.now())

    done = in_threads(job, job, job)
    assert sorted(each.created for each in done) == [False, False, True]
    assert Document.objects.count() == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    def withdrawal():
        try:
            officer = User.objects.get(username="county")
            withdraw_document(document_id=done[0].document.pk, reason="传错了", by=officer, at=timezone.now())
        except AlreadyWithdrawn:
            return False
        return True

    assert sorted(in_threads(withdrawal, withdrawal)) == [False, True]
    assert DocumentWithdrawal.objects.count() == 1


def test_limit_of_an_hour_holds_for_requests_at_once(db, settings):
    settings.DISCLOSURES_PER_HOUR = 2
    Institution.objects.filter(number="SJZ-0001").update(contact_phone="13812341234")

    def job():
        try:
            return disclose(
                institution_id=number_one().pk,
                field=HiddenField.CONTACT_PHONE,
                purpose=Purpose.FILING,
                reason="核实备案",
                by=User.objects.get(username="county"),
                at=timezone.now(),
            ).value
        except TooManyDisclosures:
            return ""

    assert sorted(in_threads(job, job, job, job)) == ["", "", "13812341234", "13812341234"]
    assert Disclosure.objects.count() == 2
