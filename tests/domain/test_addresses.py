"""Who is counted as one sender, whatever form the address comes in."""

import pytest

from workflow.domain.addresses import subscriber

COUNTED = {
    "203.0.113.7": "203.0.113.7",
    "::ffff:203.0.113.7": "203.0.113.7",
    "::FFFF:cb00:7107": "203.0.113.7",
    "0:0:0:0:0:ffff:203.0.113.7": "203.0.113.7",
    "::ffff:203.0.113.7%eth0": "203.0.113.7",
    "::ffff:0:203.0.113.7": "203.0.113.7",
    "64:ff9b::203.0.113.7": "203.0.113.7",
    "64:ff9b:1::203.0.113.7": "203.0.113.7",
    "2002:cb00:7107::1": "203.0.113.7",
    "2001:0:4136:e378:8000:63bf:34ff:8ef8": "203.0.113.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:0DB8:0001:0002::9": "2001:db8:1:2::/64",
    "fe80::1%eth0": "fe80::/64",
    "::1": "::/64",
    "": "",
    "unknown": "unknown",
    "203.0.113.7:443": "203.0.113.7:443",
    "testclient": "testclient",
}


@pytest.mark.parametrize("address", COUNTED)
def test_an_address_is_counted_as_its_subscriber(address: str) -> None:
    assert subscriber(address) == COUNTED[address]


@pytest.mark.parametrize("form", ["{}", "::ffff:{}", "64:ff9b::{}"])
def test_two_citizens_of_ipv4_are_never_one_sender(form: str) -> None:
    first, second = (subscriber(form.format(address)) for address in ("203.0.113.7", "203.0.113.8"))
    assert first != second


@pytest.mark.parametrize("address", COUNTED)
def test_what_was_counted_once_is_counted_the_same_again(address: str) -> None:
    assert subscriber(COUNTED[address]) == COUNTED[address]
