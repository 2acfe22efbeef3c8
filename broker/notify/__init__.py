"""Messages to people: queued in the transaction that causes them, sent by the worker, then forgotten.

`queue` takes a message, `delivery` sends what is due through a `MailTransport`, `smtp` is the real one.
Delivery is at least once; a message that comes twice has the same Message-ID both times.
"""
