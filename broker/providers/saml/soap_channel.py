"""The back channel of one connection: the right endpoint, and our certificate of the moment."""

from __future__ import annotations

import ssl
import threading
from datetime import datetime

from broker.providers.saml.patience import Patience
from broker.providers.saml.rollover import Rollover
from broker.providers.saml.soap_client import SoapClient


class SoapChannel:
    """Keeps a client for each endpoint and certificate of ours. Safe to share by threads.

    A client that is no longer used is left alone, for a call may be under way on it; the other side hangs
    its idle connections up.
    """

    def __init__(self, contexts: Rollover[ssl.SSLContext], patience: Patience) -> None:
        self._contexts = contexts
        self._patience = patience
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, ssl.SSLContext], SoapClient] = {}

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """As `SoapClient.call`."""
        return self._client(endpoint, self._contexts.at(now)).call(envelope)

    def _client(self, endpoint: str, context: ssl.SSLContext) -> SoapClient:
        place = (endpoint, context)
        with self._lock:
            client = self._clients.get(place)
            if client is None:
                client = self._clients[place] = SoapClient(endpoint, context, patience=self._patience)
            return client
