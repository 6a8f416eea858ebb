"""Documents on an institution's file, and their withdrawal."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution
from pilots.models.ledgers import Recorded, append_only
from pilots.states.documents import DocumentKind
from portal.audit.tracking import tracked


@tracked()
class Document(Recorded):
    """A file that was put on an institution's file. The row says what it is; the content lies in the private store."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="documents", verbose_name=_("institution")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    expires_on = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day on which it is valid; empty if it has none.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    name = models.CharField(_("file name"), max_length=100)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64)
    file_key = models.CharField(_("key of the stored file"), max_length=81, unique=True, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(size__gt=0), name="document_is_not_empty"),
            models.CheckConstraint(
                condition=Q(file_key__startswith=models.F("sha256")), name="document_key_carries_its_digest"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["institution", "-id"], name="document_latest"),
            models.Index(fields=["expires_on"], condition=Q(expires_on__isnull=False), name="document_expiring"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("document")

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.name}"


@tracked()
class DocumentWithdrawal(Recorded):
    """A document does not count any more: it was the wrong file, or another has taken its place. It stays."""

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, primary_key=True, related_name="withdrawal", verbose_name=_("document")
    )
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("withdrawal of a document")
        verbose_name_plural = _("withdrawals of documents")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="document_withdrawal_has_reason",
                violation_error_message=_("A withdrawal needs a reason."),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("document_withdrawal")

    def __str__(self) -> str:
        return f"{self.document_id} {self.reason}"
