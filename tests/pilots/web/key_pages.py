"""What the tests of the pages about API keys share."""

import re

from portal.accounts.keys import new_token
from tests.conftest import browser_of

LIST = "/institutions/SJZ-0001/keys/"
TEXT = re.compile(r"tuoyu_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def entry(**more):
    return {
        "label": "园所软件",
        "scopes": ["capacity.write"],
        "days": "90",
        "addresses": "",
        "token": new_token(),
    } | more


def pages(prefix, start=LIST):
    return [start, f"{start}new/", *(f"{start}{prefix}/{page}/" for page in ("issued", "rotate", "revoke"))]


def signed_in(user):
    return browser_of(user.username)


def text_in(response):
    found = TEXT.findall(response.content.decode())
    return found[0] if found else None
