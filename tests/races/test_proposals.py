"""Two people decide at the same moment; one proposes while another does: on real PostgreSQL, with threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from pilots.models import Target
from pilots.operations.targets import change_target
from portal.approvals.models import Proposal
from portal.approvals.refusals import AlreadyDecided, AlreadyProposed
from portal.shared.refusals import DomainError
from tests.portal.acts import NOW, propose, standing, user


def in_threads(*jobs):
    """Run jobs at the same moment, each with a connection of its own; a refusal is an answer."""
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(timeout=10)
            return job()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def confirm(proposal, by):
    return lambda: change_target.confirm(proposal_id=proposal.pk, by=user(by), at=NOW)


@pytest.mark.parametrize("round_", range(3))
def test_two_confirmations_at_once_are_one(db, round_):
    proposal = propose()
    before = Target.objects.count()
    done = in_threads(
        confirm(proposal, "province"),
        confirm(proposal, "province2"),
        confirm(proposal, "province"),
        confirm(proposal, "province2"),
    )
    assert sum(isinstance(each, Proposal) for each in done) == 1
    assert sum(isinstance(each, AlreadyDecided) for each in done) == 3
    assert Target.objects.count() == before + 1
    assert standing().goal == 70


@pytest.mark.parametrize("round_", range(3))
def test_confirmation_against_withdrawal_has_one_outcome(db, round_):
    proposal = propose()
    before = Target.objects.count()
    done = in_threads(
        confirm(proposal, "province"),
        lambda: change_target.withdraw(proposal_id=proposal.pk, by=user("city"), at=NOW),
    )
    assert sum(isinstance(each, AlreadyDecided) for each in done) == 1
    state = Proposal.objects.get().state
    assert (state, Target.objects.count() - before) in {("confirmed", 1), ("withdrawn", 0)}


def test_two_proposals_at_once_are_one(db):
    done = in_threads(*[lambda: propose("city", goal=70), lambda: propose("province", goal=71)] * 2)
    assert sum(isinstance(each, AlreadyProposed) for each in done) == 3
    assert Proposal.objects.count() == 1


def test_confirmations_for_different_regions_do_not_wait_for_each_other(db):
    proposals = [propose("city", goal=30, region=code) for code in ("130102", "130104", "130105")]
    done = in_threads(*[confirm(each, "province") for each in proposals])
    assert [each.state for each in done] == ["confirmed"] * 3


@pytest.mark.parametrize("sql", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_proposals_stay(db, sql):
    propose()
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"Cannot (update|delete|truncate)"):
        cursor.execute(sql.format("approvals_proposal"))
