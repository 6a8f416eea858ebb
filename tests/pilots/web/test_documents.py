"""Documents on an institution's file, through the pages."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from pilots.models import Document, DocumentWithdrawal, Institution
from pilots.operations.documents import DocumentEntry, add_document, withdraw_document
from pilots.operations.refusals import AlreadyWithdrawn, Implausible, ReasonMissing, TooManyDocuments
from pilots.states import documents as states
from pilots.states.documents import DocumentKind
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from portal.shared.uploads import orphans
from tests.files import HOSTILE, SVG, jpeg, pdf, png

pytestmark = pytest.mark.django_db

NUMBER = "SJZ-0001"
TODAY = date(2021, 11, 1)


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def sent(content=None, name="营业执照.pdf", **more):
    file = SimpleUploadedFile(name, pdf() if content is None else content, content_type="text/html")
    return {"kind": "licence", "file": file, "expires_on": "", "note": "", **more}


def put(number=NUMBER, content=None, by="county", name="营业执照.pdf", **more):
    entry = DocumentEntry(DocumentKind.LICENCE, pdf() if content is None else content, name, **more)
    institution = Institution.objects.get(number=number)
    author = User.objects.get(username=by)
    return add_document(institution_id=institution.pk, entry=entry, by=author, at=timezone.now())


def withdraw(document, by="county", reason="传错了"):
    author = User.objects.get(username=by)
    return withdraw_document(document_id=document.pk, reason=reason, by=author, at=timezone.now())


def address(document, number=NUMBER):
    return reverse("document", args=[number, document.pk])


def test_clerk_puts_a_document_on_file_and_everyone_who_sees_the_file_opens_it(as_user, directory):
    form = sent(expires_on="2030-01-31", note="正本")
    response = as_user("clerk").post(reverse("document_add", args=[NUMBER]), form)
    assert response.status_code == 302
    document = Document.objects.get()
    assert (document.name, document.media_type, document.size) == ("营业执照.pdf", "application/pdf", len(pdf()))
    assert (document.kind, document.expires_on, document.note) == ("licence", date(2030, 1, 31), "正本")
    assert document.recorded_by == User.objects.get(username="clerk")
    assert [path.name for path in files(directory)] == [document.file_key]
    for role in ("clerk", "director", "county", "city", "province", "auditor", "reviewer", "department"):
        opened = as_user(role).get(address(document))
        assert (opened.status_code, opened.content) == (200, pdf()), role
        page = as_user(role).get(reverse("institution", args=[NUMBER])).content.decode()
        assert address(document) in page
        assert "正本" in page


@pytest.mark.parametrize("role", ["county2", "assessor", "system-admin", "security-admin", "audit-admin"])
def test_nobody_else_opens_it(as_user, role):
    document = put().document
    assert as_user("county").get(address(document)).status_code == 200
    assert as_user(role).get(address(document)).status_code == 404


def test_stranger_is_sent_to_the_sign_in(client):
    response = client.get(address(put().document))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in"))


def test_number_in_the_address_is_the_documents_own(as_user):
    document = put().document
    assert as_user("province").get(address(document, "SJZ-0002")).status_code == 404


def test_document_is_offered_and_kept_out_of_caches_and_scripts(as_user):
    document = put(name="证\u202e\r\nX: y.pdf").document
    response = as_user("county").get(address(document))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E8%AF%81X_%20y.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(("content", "how"), [(jpeg(), "inline"), (png(), "inline"), (pdf(), "attachment")])
def test_only_pictures_are_shown_in_the_browser(as_user, content, how):
    document = put(content=content).document
    response = as_user("county").get(address(document) + "?show=1")
    assert response["Content-Disposition"].startswith(how)
    assert as_user("county").get(address(document))["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", [name for name in HOSTILE if "bomb" not in name])
def test_hostile_file_leaves_nothing_and_the_form_comes_back(as_user, directory, name):
    form = sent(HOSTILE[name], name="营业执照.pdf", note="留下")
    response = as_user("clerk").post(reverse("document_add", args=[NUMBER]), form)
    assert response.status_code == 422
    assert "file" in response.context["form"].errors
    assert 'value="留下"' in response.content.decode()
    assert Document.objects.count() == 0
    assert files(directory) == []


def test_extension_is_the_contents(as_user):
    as_user("clerk").post(reverse("document_add", args=[NUMBER]), sent(jpeg(), name="执照.pdf"))
    assert Document.objects.get().name == "执照.jpg"


def test_name_with_a_path_and_a_very_long_name_are_cut(as_user, directory):
    client, url = as_user("clerk"), reverse("document_add", args=[NUMBER])
    client.post(url, sent(pdf(), name="../../../etc/cron.d/evil.pdf"))
    client.post(url, sent(png(), name="托" * 300 + ".png"))
    assert set(Document.objects.values_list("name", flat=True)) == {"evil.pdf", "托" * 60 + ".png"}
    assert {path.parent.parent for path in files(directory)} == {directory}


def test_drawing_with_a_script_is_refused_whatever_type_it_states(as_user):
    file = SimpleUploadedFile("x.png", SVG, content_type="image/png")
    response = as_user("clerk").post(reverse("document_add", args=[NUMBER]), {**sent(), "file": file})
    assert response.status_code == 422


def test_file_beyond_the_limit_comes_back_at_its_field_and_one_far_beyond_is_not_read(as_user, directory):
    client, url = as_user("clerk"), reverse("document_add", args=[NUMBER])
    response = client.post(url, sent(pdf(tail=b"\n" * (11 * 1024 * 1024)), note="留下"))
    assert response.status_code == 422
    assert "larger than 10 MB" in response.context["form"].errors["file"][0]
    assert 'value="留下"' in response.content.decode()
    assert client.post(url, sent(b"\n" * (22 * 1024 * 1024))).status_code == 413
    assert files(directory) == []
    other = client.post(
        reverse("report_capacity", args=[NUMBER]), {"file": SimpleUploadedFile("x", b"x" * 1024 * 1024)}
    )
    assert other.status_code == 413


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"expires_on": "1999-12-31"}, "expires_on"),
        ({"expires_on": "2121-01-01"}, "expires_on"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"note": "x" * 301}, "note"),
        ({"note": "a\u202eb"}, "note"),
        ({"file": ""}, "file"),
    ],
)
def test_wrong_input_is_told_at_its_field(as_user, form, field):
    response = as_user("clerk").post(reverse("document_add", args=[NUMBER]), sent(**form))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Document.objects.count() == 0


def test_same_file_sent_twice_is_one_document(as_user, directory):
    client, url = as_user("clerk"), reverse("document_add", args=[NUMBER])
    client.post(url, sent())
    said = client.post(url, sent(name="again.pdf"), follow=True).content.decode()
    assert "The same document was on file before: 营业执照.pdf." in said
    assert (Document.objects.count(), len(files(directory))) == (1, 1)
    client.post(url, sent(expires_on="2030-01-01"))
    assert Document.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "status"),
    [("province", 403), ("city", 403), ("reviewer", 403), ("department", 403), ("auditor", 403), ("county2", 404)],
)
def test_who_may_not_report_adds_and_withdraws_nothing(as_user, role, status):
    document = put().document
    client = as_user(role)
    for url in (
        reverse("document_add", args=[NUMBER]),
        reverse("document_withdraw", args=[NUMBER, document.pk]),
    ):
        assert client.get(url).status_code == status
        assert client.post(url, sent(png()) | {"reason": "没有"}).status_code == status
    assert (Document.objects.count(), DocumentWithdrawal.objects.count()) == (1, 0)
    if status == 403:
        assert (
            'href="' + reverse("document_add", args=[NUMBER])
            not in client.get(reverse("institution", args=[NUMBER])).content.decode()
        )


def test_operations_ask_the_policies_too():
    document = put().document
    with pytest.raises(NotPermitted):
        put(by="province")
    with pytest.raises(NotPermitted):
        withdraw(document, by="province")
    with pytest.raises(ReasonMissing):
        withdraw(document, reason="  ")
    with pytest.raises(Implausible):
        put(content=png(), expires_on=date(1999, 1, 1))


def test_withdrawn_document_stays_on_record_and_closes_to_other_readers(as_user):
    document = put().document
    withdraw_url = reverse("document_withdraw", args=[NUMBER, document.pk])
    page = reverse("institution", args=[NUMBER])
    assert as_user("clerk").get(withdraw_url).status_code == 200
    assert as_user("clerk").post(withdraw_url, {"reason": ""}).status_code == 422
    assert as_user("clerk").post(withdraw_url, {"reason": "传错了"}).status_code == 302
    assert DocumentWithdrawal.objects.get().recorded_by == User.objects.get(username="clerk")
    for role in ("clerk", "county"):
        assert as_user(role).get(address(document)).status_code == 200
        shown = as_user(role).get(page).content.decode()
        assert "Withdrawn: 传错了" in shown
        assert withdraw_url not in shown
    for role in ("province", "department", "auditor"):
        assert as_user(role).get(address(document)).status_code == 404
        shown = as_user(role).get(page).content.decode()
        assert address(document) not in shown
        assert (document.name in shown) == (role == "auditor"), "auditors read of it in the timeline, as in the trail"


def test_document_is_withdrawn_once_and_its_file_may_come_back(as_user):
    first = put().document
    withdraw(first)
    with pytest.raises(AlreadyWithdrawn):
        withdraw(first)
    url = reverse("document_withdraw", args=[NUMBER, first.pk])
    assert as_user("clerk").post(url, {"reason": "又一次"}).status_code == 422
    again = put()
    assert again.created
    assert again.document != first


def test_file_of_an_institution_has_a_limit(monkeypatch):
    monkeypatch.setattr("pilots.operations.documents.MOST_DOCUMENTS", 1)
    put()
    with pytest.raises(TooManyDocuments):
        put(content=png())


@pytest.mark.parametrize(
    ("days", "label"), [(-1, "expired"), (0, "expiring"), (60, "expiring"), (61, "valid"), (None, "on file")]
)
def test_validity_is_told_in_words_for_the_day_of_the_page(as_user, days, label):
    assert states.EXPIRING_WITHIN_DAYS == 60
    put(expires_on=None if days is None else TODAY + timedelta(days=days))
    response = as_user("county").get(reverse("institution", args=[NUMBER]), {"as_of": TODAY.isoformat()})
    assert [row["status_label"] for row in response.context["documents"]] == [label]


def test_size_is_told_in_the_unit_that_fits(as_user):
    put()
    put(content=pdf(b" " * 3_000_000))
    rows = as_user("county").get(reverse("institution", args=[NUMBER])).context["documents"]
    assert [row["size"] for row in rows] == ["2.9 MB", "1 KB"]


def test_number_beyond_every_row_is_no_document(as_user):
    assert as_user("county").get(f"/institutions/{NUMBER}/documents/{10**30}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number_of_documents(as_user, django_assert_num_queries, count):
    for number in range(count):
        put(content=pdf(tail=b"\n" * number))
    client = as_user("county")
    with django_assert_num_queries(11):
        client.get(reverse("institution", args=[NUMBER]), {"as_of": "2021-11-01"})


def test_damaged_file_is_not_handed_out(as_user, directory):
    document = put().document
    files(directory)[0].write_bytes(b"other content")
    response = as_user("county").get(address(document))
    assert response.status_code == 500
    assert b"other content" not in response.content


@pytest.mark.parametrize("model", [Document, DocumentWithdrawal])
def test_rows_cannot_be_changed_or_removed(model):
    withdraw(put().document)
    assert model.objects.count() == 1
    for change in (lambda: model.objects.update(recorded_by=None), lambda: model.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_command_removes_files_without_a_row_and_no_others(directory, capsys):
    document = put().document
    with transaction.atomic():
        put(content=png())
        transaction.set_rollback(True)
    assert (Document.objects.count(), len(files(directory))) == (1, 2)
    call_command("clean_files")
    assert len(files(directory)) == 2  # younger than a day
    for path in files(directory):
        os.utime(path, (1, 1))
    call_command("clean_files", "--dry-run")
    assert len(files(directory)) == 2
    call_command("clean_files")
    assert [path.name for path in files(directory)] == [document.file_key]
    assert list(orphans({document.file_key}, before=10)) == []
    assert "1 of 2 files" in capsys.readouterr().out


def test_no_address_serves_the_directory_of_files(as_user, settings):
    document = put().document
    key = document.file_key
    for path in (f"/files/{key[:2]}/{key}", f"/media/{key}", f"/static/files/{key[:2]}/{key}", f"/var/files/{key}"):
        assert as_user("province").get(path).status_code == 404
    assert not str(settings.FILES_DIR).startswith(str(settings.STATIC_ROOT))
    assert settings.MEDIA_ROOT == ""
