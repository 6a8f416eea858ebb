"""What offices ask of their people's sign-in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.models.regions import Region
from portal.audit.tracking import tracked


@tracked()
class SecondFactorRule(models.Model):
    """An office's decision that its people need a second factor; it holds for the region and all below it."""

    region = models.OneToOneField(
        Region, on_delete=models.PROTECT, related_name="second_factor_rule", verbose_name=_("region")
    )
    officials = models.BooleanField(
        _("officials need a second factor"),
        default=False,
        help_text=_("Officers, reviewers, colleagues, assessors and auditors of this region and of those below it."),
    )
    institutions = models.BooleanField(
        _("institutions' people need a second factor"),
        default=False,
        help_text=_("Clerks and directors of the institutions in this region."),
    )
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("second factor rule")
        verbose_name_plural = _("second factor rules")

    def __str__(self) -> str:
        return f"{self.region_id}: {self.officials}, {self.institutions}"
