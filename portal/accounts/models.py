"""Users, their past passwords and API keys."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.accounts.ranges import LONGEST_RANGE, MAX_RANGES
from portal.accounts.scopes import Scope
from portal.audit.tracking import tracked

LONGEST_LIFE_DAYS = 366
"""An API key expires a year after it was made at the latest, be it a leap year."""


@tracked(secret=("password",), derived=("unread_messages", "unread_basis"))
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
    must_change_password = models.BooleanField(
        _("must change the password"),
        default=False,
        db_default=False,
        help_text=_("The password was set by someone else: the owner sets a new one before anything else."),
    )
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, blank=True, editable=False)
    external_id = models.CharField(
        _("identity at the single sign-on"),
        max_length=150,
        blank=True,
        db_default="",
        help_text=_("The value by which the single sign-on service names this person; empty: password only."),
    )
    language = models.CharField(
        _("language of messages"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
    )
    # How many messages wait unread, kept by whoever delivers them, so that no page has to count; and what that count
    # rests on, opaque here: where it no longer holds, they are counted anew.
    unread_messages = models.PositiveIntegerField(_("unread messages"), default=0, db_default=0, editable=False)
    unread_basis = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    date_joined = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="external_id_names_one_user",
                violation_error_message=_("This identity belongs to another account."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["name", "id"], name="user_by_name")]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def display_name(self) -> str:
        """The name shown in the page head."""
        return str(self)


class PastPassword(models.Model):
    """The hash of a password that an account has or had, so that it does not come back too soon."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="past_passwords", verbose_name=_("user"))
    hash = models.CharField(_("hash"), max_length=128)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("past password")
        verbose_name_plural = _("past passwords")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-set_at"], name="past_password_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at}"


@tracked(secret=("digest", "request_digest"), derived=("last_used_at", "last_used_from"))
class ApiKey(models.Model):
    """A key with which software signs in over REST. Only a digest of it is kept.

    The key reads `tuoyu_<prefix>_<secret>`; `prefix` finds the row, `digest` (SHA-256, hex) proves the secret.
    A secret of 256 random bits needs no slow hash.
    """

    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    label = models.CharField(_("label"), max_length=100, blank=True)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("scopes"))
    addresses = ArrayField(
        models.CharField(max_length=LONGEST_RANGE),
        default=list,
        blank=True,
        verbose_name=_("address ranges"),
        help_text=_("CIDR; empty: from anywhere."),
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
        help_text=_("Empty: by command, on the server."),
    )
    request_digest = models.CharField(_("digest of the form's token"), max_length=64, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    rotated_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor", verbose_name=_("replaces")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason of the revocation"), max_length=500, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=models.F("created_at")),
                name="api_key_revoked_after_created",
                violation_error_message=_("A key cannot be revoked before it was made."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | Q(revoked_at__isnull=False) & ~Q(revoked_reason=""),
                name="api_key_revoked_with_reason",
                violation_error_message=_("A revocation needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gte=models.F("created_at"))
                & Q(expires_at__lte=models.F("created_at") + timedelta(days=LONGEST_LIFE_DAYS)),
                name="api_key_expires_within_a_year",
                violation_error_message=_("A key expires a year after it was made at the latest."),
            ),
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1) & Q(scopes__contained_by=Scope.values),
                name="api_key_has_known_scopes",
                violation_error_message=_("A key has at least one scope, and only known ones."),
            ),
            models.CheckConstraint(
                condition=Q(addresses__len__lte=MAX_RANGES),
                name="api_key_has_few_address_ranges",
                violation_error_message=_("A key has too many address ranges."),
            ),
            models.CheckConstraint(
                condition=~Q(rotated_from=models.F("pk")),
                name="api_key_replaces_another",
                violation_error_message=_("A key cannot replace itself."),
            ),
            models.UniqueConstraint(
                fields=["request_digest"],
                condition=~Q(request_digest=""),
                name="api_key_once_a_form",
                violation_error_message=_("This form was sent before."),
            ),
        ]

    def __str__(self) -> str:
        return f"tuoyu_{self.prefix}_…"
