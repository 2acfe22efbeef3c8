"""The neighbourhood of an address: coarse enough to say little of a person, and what a stranger cannot leave.

One subscriber has a whole /56 of IPv6 (RIPE-690 section 4.2), so a block is what counts as one place there.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_IPV4_BITS = 24
_IPV6_BITS = 56

NOWHERE: Final = "unknown"
"""The block of what is no address: all of that is one place, and shares its limits."""


@lru_cache(maxsize=1024)
def network_block(address: str | None) -> str:
    """The block of an address as text: ``192.0.2.0/24``, ``2001:db8:0:100::/56``."""
    try:
        found: IPv4Address | IPv6Address = ip_address((address or "").partition("%")[0])
    except ValueError:
        return NOWHERE
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = _IPV4_BITS if isinstance(found, IPv4Address) else _IPV6_BITS
    return str(ip_network((found, bits), strict=False))
