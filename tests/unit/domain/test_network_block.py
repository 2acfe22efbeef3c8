"""The block that an address belongs to."""

from __future__ import annotations

import pytest

from broker.domain.network_block import NOWHERE, network_block


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.17", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.1", "192.0.3.0/24"),
        ("2001:db8:0:1ff::1", "2001:db8:0:100::/56"),
        ("2001:db8:0:200::1", "2001:db8:0:200::/56"),
        ("2001:DB8:0:0100:ffff::", "2001:db8:0:100::/56"),
        ("::ffff:192.0.2.17", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/56"),
        ("127.0.0.1", "127.0.0.0/24"),
    ],
)
def test_address_has_a_block(address: str, block: str) -> None:
    """A /24 of IPv4, also where it is written as IPv6, and a /56 of IPv6."""
    assert network_block(address) == block


@pytest.mark.parametrize("address", [None, "", "localhost", "192.0.2", "192.0.2.17:80", "unix:"])
def test_what_is_no_address_is_one_place(address: str | None) -> None:
    """A proxy that says nothing useful puts everybody in one block, which is strict and never open."""
    assert network_block(address) == NOWHERE
