"""A key rotated from two browsers, a form sent twice at the same moment, two uses in one instant."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection
from django.utils import timezone

from pilots.operations.keys import revoke_key, rotate_key
from portal.accounts.keys import KeyEnded, KeyState, new_token, note_use, state_of
from portal.accounts.models import ApiKey, User
from tests.pilots.acts import make_key

NOW = timezone.now()


def at_once(*jobs):
    """Run jobs at the same moment, each with a connection of its own; a refusal is its answer."""
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(timeout=10)
            return job()
        except KeyEnded as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def test_two_rotations_at_once_make_one_successor(db):
    old = make_key(at=NOW).grant

    def job():
        return rotate_key(key_id=old.pk, days=365, overlap_days=7, by=None, at=NOW)

    answers = at_once(job, job, job)

    assert sum(isinstance(each, KeyEnded) for each in answers) == 2
    (issued,) = [each for each in answers if not isinstance(each, KeyEnded)]
    assert ApiKey.objects.get(rotated_from=old.pk).pk == issued.grant.pk
    assert ApiKey.objects.count() == 2
    assert ApiKey.objects.get(pk=old.pk).expires_at == NOW + timedelta(days=7)


def test_form_sent_twice_at_once_makes_one_key(db):
    director, token = User.objects.get(username="director"), new_token()

    def job():
        return make_key(by=director, at=NOW, token=token)

    answers = at_once(job, job, job)

    assert ApiKey.objects.count() == 1
    assert sorted(each.created for each in answers) == [False, False, True]
    assert len({each.text for each in answers}) == 1


def test_rotation_and_revocation_at_once_leave_no_valid_old_key(db):
    old = make_key(at=NOW).grant

    answers = at_once(
        lambda: rotate_key(key_id=old.pk, days=365, overlap_days=7, by=None, at=NOW),
        lambda: revoke_key(key_id=old.pk, reason="遗失", by=None, at=NOW),
    )

    assert state_of(ApiKey.objects.get(pk=old.pk), NOW) == KeyState.REVOKED
    assert ApiKey.objects.count() == (1 if isinstance(answers[0], KeyEnded) else 2)


def test_uses_at_once_are_noted_once(db):
    key = make_key(at=NOW).grant.key
    copies = [ApiKey.objects.get(pk=key.pk) for _ in range(4)]

    def use(copy, n):
        return lambda: note_use(key=copy, address=f"192.0.2.{n}", at=NOW + timedelta(milliseconds=n))

    at_once(*(use(copy, n) for n, copy in enumerate(copies, start=1)))

    key.refresh_from_db()
    last = int(key.last_used_from.rsplit(".", 1)[1])
    assert key.last_used_at == NOW + timedelta(milliseconds=last)
