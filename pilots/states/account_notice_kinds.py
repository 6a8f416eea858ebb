"""Kinds of notices about people, keys and accounts: a part of the table in `notice_kinds.py`."""

from django.utils.translation import gettext_lazy as _

from pilots.states.notices import Actor, Everywhere, Kind, Readers, Severity, Topic, kind
from pilots.states.roles import Role

ACCOUNT_KINDS: tuple[Kind, ...] = (
    # --- people and keys -------------------------------------------------------------------------
    kind(
        "membership.given",
        Topic.ACCESS,
        Severity.INFO,
        {Readers.PERSON},
        _("You have a new role: %(role)s"),
        _("From %(starts_on)s on you are %(role)s (%(place)s)."),
        ("role", "place", "starts_on"),
        {"role": Role, "place": Everywhere},
    ),
    kind(
        "membership.ended",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.PERSON},
        _("Your role ends: %(role)s"),
        _("Your role %(role)s (%(place)s) ends with %(ends_on)s. If this is a mistake, ask the office that gave it."),
        ("role", "place", "ends_on"),
        {"role": Role, "place": Everywhere},
    ),
    kind(
        "person.taken_on",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.PERSON},
        _("Taken on by another office too: %(person)s"),
        _(
            "%(giver)s gave %(person)s (%(username)s) a further role, which you do not manage. Only who manages all "
            "roles of the account, or a system administrator, switches it off and resets its password. If you do not "
            "know why, ask %(giver)s or your security administrator."
        ),
        ("person", "username", "giver"),
        {"giver": Actor},
    ),
    kind(
        "api_key.created",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("New API key for %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… was made for %(owner)s; valid until %(expires_on)s."),
        ("prefix", "expires_on"),
    ),
    kind(
        "api_key.revoked",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("API key revoked: %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… of %(owner)s is no longer accepted."),
        ("prefix",),
    ),
    kind(
        "api_key.expiring",
        Topic.ACCESS,
        Severity.WARNING,
        {Readers.DIRECTORS, Readers.COUNTY_DESK},
        _("API key expires on %(expires_on)s: %(owner)s"),
        _("The API key tuoyu_%(prefix)s_… of %(owner)s expires on %(expires_on)s; renew it."),
        ("prefix", "expires_on"),
    ),
    kind(
        "administrator.switched_off",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.ADMINISTRATORS},
        _("Administrator switched off: %(person)s"),
        _(
            "%(person)s, %(role)s, was switched off at %(instant)s by %(actor)s. Reason: %(reason)s. If you do not "
            "know why, ask at once; switching on again is done at the server."
        ),
        ("person", "role", "instant", "actor", "reason"),
        {"role": Role, "actor": Actor},
    ),
    kind(
        "administrator.switched_on",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.ADMINISTRATORS},
        _("Administrator switched on again: %(person)s"),
        _(
            "%(person)s, %(role)s, was switched on again at %(instant)s by %(actor)s. Reason: %(reason)s. If you do "
            "not know why, ask at once."
        ),
        ("person", "role", "instant", "actor", "reason"),
        {"role": Role, "actor": Actor},
    ),
    kind(
        "second_factor.loosened",
        Topic.ACCESS,
        Severity.URGENT,
        {Readers.OFFICERS},
        _("Second factor no longer asked: %(region)s"),
        _("Since %(instant)s %(region)s asks a second factor of fewer people, by %(actor)s. Reason: %(reason)s"),
        ("instant", "actor", "reason"),
    ),
    # --- security of an account ------------------------------------------------------------------
    kind(
        "account.password_reset",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your password was reset"),
        _("Your password was reset at %(instant)s by %(actor)s. If you did not ask for it, tell your office at once."),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    kind(
        "account.password_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your password was changed"),
        _("Your password was changed at %(instant)s. If it was not you, tell your office at once."),
        ("instant",),
    ),
    kind(
        "account.second_factor_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your second factor was changed"),
        _("A second factor of your account was added or removed at %(instant)s. If it was not you, tell your office."),
        ("instant",),
    ),
    kind(
        "account.second_factor_reset",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your second factor was reset"),
        _(
            "All second factors of your account were removed at %(instant)s by %(actor)s. If you did not ask for it, "
            "tell your office at once."
        ),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    kind(
        "account.identity_changed",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Your single sign-on was changed"),
        _(
            "The identity by which the single sign-on opens your account was changed at %(instant)s by %(actor)s. If "
            "you do not know why, tell your office at once."
        ),
        ("instant", "actor"),
        {"actor": Actor},
    ),
    kind(
        "account.new_address",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Sign-in from a new address"),
        _("First sign-in to your account from %(address)s, at %(instant)s. If it was not you, end that session."),
        ("address", "instant"),
    ),
    kind(
        "account.locked",
        Topic.SECURITY,
        Severity.URGENT,
        {Readers.PERSON},
        _("Failed sign-ins to your account"),
        _("Sign-in to your account from %(address)s was locked at %(instant)s after %(failures)s failures."),
        ("address", "instant", "failures"),
    ),
)
