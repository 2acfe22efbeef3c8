"""Everything around the broker that is not the broker: simulators, sample portals, outbox.

Nothing here imports `broker`, and `broker` never imports anything from here: they meet over HTTP.
"""
