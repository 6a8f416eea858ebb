"""How people sign in, as several test modules do it."""

from django.urls import reverse

PASSWORD = "tuoyu-2021-demo"


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("sign_in"), {"username": username, "password": password, **more})


def signed_in(client):
    return "_auth_user_id" in client.session
