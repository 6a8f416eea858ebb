"""Proposals: acts that wait for a second person, and what became of them."""

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.approvals.states import State
from portal.audit.tracking import tracked
from portal.shared.triggers import Protect, Trigger


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals by their state at an instant: one that is past its term counts as expired, whatever its row says."""

    def open_at(self, at: datetime) -> "ProposalQuerySet":
        """Those that can still be decided."""
        return self.filter(state=State.OPEN, expires_at__gt=at)

    def ended_at(self, at: datetime) -> "ProposalQuerySet":
        """Those that are decided, withdrawn or expired."""
        return self.exclude(state=State.OPEN, expires_at__gt=at)


@tracked()
class Proposal(models.Model):
    """An act that one person proposed and another confirms or refuses.

    `arguments` are those of the act's operation, written as for a Celery task: ids, ISO days, numbers and texts.
    `place` and `office` are codes of the act's own field (for targets: of regions): what it is about, and whose
    officers decide. Nothing here is filtered by what stands in JSON.
    """

    act = models.CharField(_("act"), max_length=60)
    arguments = models.JSONField(_("arguments"))
    subject = models.CharField(_("subject"), max_length=200)
    labels = models.JSONField(_("name of the subject, by language"))
    place = models.CharField(_("place"), max_length=60, blank=True)
    office = models.CharField(_("deciding office"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True)
    result_id = models.BigIntegerField(_("id of the row that the act wrote"), null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering: ClassVar[list[str]] = ["-proposed_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="proposal_has_reason",
                violation_error_message=_("A proposal needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("proposed_at")),
                name="proposal_expires_later",
                violation_error_message=_("A proposal cannot expire before it was made."),
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | Q(state=State.EXPIRED, decided_by__isnull=True, decided_at__isnull=False)
                | Q(
                    state__in=[State.CONFIRMED, State.REFUSED, State.WITHDRAWN],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="proposal_decision_fits_state",
                violation_error_message=_("A decision has its author and its instant."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CONFIRMED, State.REFUSED]) | ~Q(decided_by=F("proposed_by")),
                name="proposal_decided_by_another",
                violation_error_message=_("Another person decides than the one who proposed."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | Q(decided_by=F("proposed_by")),
                name="proposal_withdrawn_by_its_author",
                violation_error_message=_("Only the one who proposed withdraws."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(decision_reason=""),
                name="proposal_refusal_has_reason",
                violation_error_message=_("A refusal needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(result_id__isnull=True) | Q(state=State.CONFIRMED),
                name="proposal_result_of_confirmation",
                violation_error_message=_("Only a confirmed proposal has a result."),
            ),
            models.UniqueConstraint(
                fields=["act", "subject"],
                condition=Q(state=State.OPEN),
                name="proposal_one_open",
                violation_error_message=_("A proposal for the same is already open."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["act", "subject"], name="proposal_subject"),
            models.Index(fields=["act", "result_id"], name="proposal_result", condition=Q(result_id__isnull=False)),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            Protect(
                name="proposal_stays_as_proposed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "id",
                    "act",
                    "arguments",
                    "subject",
                    "labels",
                    "place",
                    "office",
                    "reason",
                    "proposed_by",
                    "proposed_at",
                    "expires_at",
                ),
            ),
            Protect(
                name="proposal_decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'open'"),
            ),
            Protect(name="proposal_no_delete", operation=pgtrigger.Delete),
            Trigger(
                name="proposal_no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'Cannot truncate % : proposals stay.', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject} {self.state}"

    @property
    def label(self) -> str:
        """The subject's name in the reader's language."""
        labels: dict[str, str] = self.labels
        return labels.get(get_language() or settings.LANGUAGE_CODE) or labels[settings.LANGUAGE_CODE]

    def state_at(self, at: datetime) -> State:
        """The state at an instant. An open proposal past its term is expired: nothing has to run for that."""
        if self.state == State.OPEN and self.expires_at <= at:
            return State.EXPIRED
        return State(self.state)
