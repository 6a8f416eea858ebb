"""As whom web, worker and beat connect to the database: as a role that can alter nothing in the trail."""

import os
from urllib.parse import quote, urlsplit


def application_environment() -> dict[str, str]:
    """The environment of the application's processes beside this one's: another user in DATABASE_URL.

    Empty where DATABASE_APP_ROLE names none; then they connect as the owner, as this process does.
    """
    role = os.environ.get("DATABASE_APP_ROLE", "")
    if not role:
        return {}
    parts = urlsplit(os.environ["DATABASE_URL"])
    place = parts.netloc.rpartition("@")[2]
    user = f"{quote(role, safe='')}:{quote(os.environ.get('DATABASE_APP_PASSWORD', ''), safe='')}"
    return {"DATABASE_URL": parts._replace(netloc=f"{user}@{place}").geturl(), "DATABASE_APP_PASSWORD": ""}
