"""Fetches metadata that is published under a fixed address: over TLS, once, within limits.

What comes back is believed by its signature alone; TLS only keeps strangers from feeding us noise.
"""

from __future__ import annotations

import ssl
from typing import Final

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from broker.providers.saml.bounded_answer import (
    ChannelUnavailable,
    check_not_compressed,
    check_status,
    kind_of,
    read_bounded,
)
from broker.providers.saml.patience import Patience, patient_pool

_HEADERS: Final = {
    "Accept": "application/samlmetadata+xml, application/xml, text/xml",
    "Accept-Encoding": "identity",
    "User-Agent": "voordeur",
}


def fetch_metadata(url: str, context: ssl.SSLContext, patience: Patience) -> bytes:
    """The document at an https address, at most 256 KiB, without following redirects.

    Raises `ChannelUnavailable`, or `ChannelRefused` with ``channel.redirect``, ``channel.status``,
    ``channel.encoding`` or ``channel.too-large``.
    """
    place = parse_url(url)
    try:
        with patient_pool(place, context, patience) as pool:
            response = pool.urlopen(
                "GET",
                place.request_uri,
                headers=_HEADERS,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                check_status(response.status)
                check_not_compressed(response)
                return read_bounded(response)
            finally:
                response.close()
    except (HTTPError, OSError) as fault:
        detail = f"the metadata could not be fetched: {type(fault).__name__}"
        raise ChannelUnavailable(kind_of(fault), detail) from fault
