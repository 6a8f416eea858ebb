"""Where a request comes from, with and without proxies, and what callers may write into headers."""

import pytest
from django.test import RequestFactory

from portal.shared.addresses import client_address, client_network


def asked(remote="10.0.0.1", forwarded=None):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return RequestFactory(headers=headers, REMOTE_ADDR=remote).get("/")


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "found"),
    [
        (0, "203.0.113.9", None, "203.0.113.9"),
        (0, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        (1, "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "unknown", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (0, "", None, "0.0.0.0"),
        (0, "fe80::1%eth0", None, "fe80::1"),
    ],
)
def test_address_is_the_one_that_the_trusted_proxies_saw(settings, proxies, remote, forwarded, found):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(asked(remote, forwarded)) == found


def test_limits_take_a_network_of_ipv6_as_one_caller():
    assert client_network(asked("2001:db8:1:2:3:4:5:6")) == "2001:db8:1:2::"
    assert client_network(asked("2001:db8:1:2:ffff::1")) == "2001:db8:1:2::"
    assert client_network(asked("2001:db8:1:3::1")) == "2001:db8:1:3::"
    assert client_network(asked("203.0.113.9")) == "203.0.113.9"
