"""Files by their content: what is taken, what is refused, how it is named and where it lies."""

import os
import random
import stat
import time
from contextlib import suppress

import pytest

from portal.shared.uploads import FileDamaged, UploadRefused, display_name, orphans, read, recognise, store
from portal.shared.uploads.checks import check_files_are_private
from tests.files import HOSTILE, SOUND, docx, jpeg, pdf, pdf_with_packed, png, xlsx


@pytest.fixture
def directory(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.mark.parametrize("name", SOUND)
def test_sound_file_is_recognised_by_its_content(name):
    assert recognise(SOUND[name]).extension == {"jpeg": "jpg"}.get(name.split()[0], name.split()[0])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_a_sentence(name):
    with pytest.raises(UploadRefused) as refusal:
        recognise(HOSTILE[name])
    assert (refusal.value.field, refusal.value.status) == ("file", 400)
    assert str(refusal.value)


def test_size_is_bounded_by_the_setting(settings):
    sound = pdf(tail=b"\n" * 1000)
    assert recognise(sound).extension == "pdf"
    settings.UPLOAD_MAX_BYTES = len(sound) - 1
    with pytest.raises(UploadRefused):
        recognise(sound)


@pytest.mark.parametrize(
    "sound",
    [pdf(), pdf_with_packed(b"x"), jpeg(comment=b"x"), png(), docx(), xlsx()],
    ids=["pdf", "packed", "jpeg", "png", "docx", "xlsx"],
)
def test_damaged_files_are_refused_or_taken_but_never_a_fault(sound):
    chance = random.Random(sound)
    refused = 0
    for _turn in range(400):
        damaged = bytearray(sound)
        for _change in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.3:
            del damaged[chance.randrange(len(damaged)) :]
        try:
            recognise(bytes(damaged))
        except UploadRefused:
            refused += 1
    assert refused > 50


STREAM = b"/ObjStm stream\n\x78\x9c"
SLOW = {
    "too many object streams": b"/ObjStm stream\n" * 500_000,
    # Each unpacks to all that follow it.
    "object streams in one another": STREAM + (b"\x00\x11\x00\xee\xff" + STREAM) * 300_000,
    "object streams of nothing": STREAM * 1000 + b"\x00\x00\x00\xff\xff" * 1_500_000,
    "names that are almost names": b"/JavaScrip#" * 900_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_file_made_to_be_slow_is_answered_soon(name):
    began = time.process_time()
    with suppress(UploadRefused):
        recognise(b"%PDF-1.7\n" + SLOW[name] + b"%%EOF")
    assert time.process_time() - began < 10


def test_picture_made_to_be_slow_is_answered_soon():
    began = time.process_time()
    with pytest.raises(UploadRefused):
        recognise(jpeg()[:-2] + b"\xff" * 5_000_000)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("licence.exe", "licence.pdf"),
        ("licence", "licence.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\消防.docx", "消防.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("  .htaccess", "htaccess.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("con.pdf", "file_con.pdf"),
        ('a<b>"c"|d?.pdf', "a_b__c__d_.pdf"),
        ("v1.2 final.pdf", "v1.2 final.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_name_is_cleaned(given, shown):
    assert display_name(given, "pdf") == shown


def test_long_name_fits_every_file_system():
    shown = display_name("托" * 500 + ".pdf", "pdf")
    assert shown == "托" * 60 + ".pdf"
    assert len(shown.encode()) < 255
    assert len(display_name("a" * 500, "pdf")) == 84


def test_stored_file_is_private_and_carries_nothing_of_its_sender(directory):
    kept = store(b"content")
    again = store(b"content")
    path = directory / kept.key[:2] / kept.key
    assert (kept.sha256, kept.size) == (again.sha256, 7)
    assert kept.key != again.key
    assert kept.key.startswith(kept.sha256)
    assert read(kept.key) == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert sorted(each.name for each in path.parent.iterdir()) == sorted([kept.key, again.key])


def test_changed_or_missing_file_is_told(directory):
    kept = store(b"content")
    path = directory / kept.key[:2] / kept.key
    path.write_bytes(b"another")
    with pytest.raises(FileDamaged):
        read(kept.key)
    path.unlink()
    with pytest.raises(FileDamaged):
        read(kept.key)


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 64, "a" * 64 + "-" + "b" * 15 + "/", "A" * 64 + "-" + "b" * 16]
)
def test_what_is_no_key_reads_nothing(directory, key):
    with pytest.raises(ValueError, match="no key"):
        read(key)


def test_orphans_are_old_files_without_a_row(directory):
    assert list(orphans(set(), before=time.time())) == []
    kept, left, fresh = store(b"kept"), store(b"left"), store(b"fresh")
    for each in (kept, left):
        os.utime(directory / each.key[:2] / each.key, (1, 1))
    assert [path.name for path in orphans({kept.key}, before=time.time() - 60)] == [left.key]
    assert read(fresh.key) == b"fresh"


def test_write_that_fails_leaves_nothing(directory, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store(b"content")
    assert [path for path in directory.rglob("*") if path.is_file()] == []


def test_private_files_among_served_ones_are_a_fault(tmp_path, settings):
    assert check_files_are_private() == []
    settings.STATIC_ROOT = tmp_path / "static"
    for private in (tmp_path / "static", tmp_path / "static" / "files", tmp_path):
        settings.FILES_DIR = private
        assert [fault.id for fault in check_files_are_private()] == ["portal.E010"]
