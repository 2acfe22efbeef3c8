"""Messages to people: queued in the transaction that causes them, sent by the worker, then forgotten.

`queue` takes a message, `delivery` sends what is due by the carrier of its channel: mail by `smtp`, texts and
calls by `sms_gateway`. Delivery is at least once; a message that comes twice has the same Message-ID, or the
same idempotency key, both times.
"""
