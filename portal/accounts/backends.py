"""How an account proves itself."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User


class AccountBackend(ModelBackend):
    """Name and password, with one rule more: no demonstration account in production."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Refuse a demonstration account in production, whatever its password."""
        if settings.PRODUCTION and isinstance(user, User) and user.is_demo:
            return False
        return super().user_can_authenticate(user)
