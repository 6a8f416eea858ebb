"""Sign in through the page, as people do."""

from django.test import Client
from django.urls import reverse


def sign_in(client: Client, username: str, password: str) -> bool:
    """Post name and password; whether they were accepted, be it with a further step."""
    answer = client.post(reverse("sign_in"), {"username": username, "password": password})
    return answer.status_code == 302
