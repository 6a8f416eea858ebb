"""Users and API keys."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.audit.tracking import tracked


@tracked(secret=("password",))
class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What the person may do hangs on memberships, not on the account."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken.")},
    )
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    is_staff = models.BooleanField(_("may open the administration pages"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(
        _("demonstration account"),
        default=False,
        help_text=_("Demonstration accounts cannot sign in in production."),
    )
    date_joined = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def display_name(self) -> str:
        """The name shown in the page head."""
        return str(self)


@tracked(secret=("digest",))
class ApiKey(models.Model):
    """A key with which software signs in over REST. Only a digest of it is kept.

    The key reads `tuoyu_<prefix>_<secret>`; `prefix` finds the row, `digest` (SHA-256, hex) proves the secret.
    A secret of 256 random bits needs no slow hash.
    """

    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    label = models.CharField(_("label"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=models.F("created_at")),
                name="api_key_revoked_after_created",
                violation_error_message=_("A key cannot be revoked before it was made."),
            ),
        ]

    def __str__(self) -> str:
        return f"tuoyu_{self.prefix}_…"
