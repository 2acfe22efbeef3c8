"""`broker doctor`: tries everything a login depends on, and says in one sentence each what to do.

It changes nothing: no table, no key, no file is made.
"""

from broker.cli.doctor.command import doctor

__all__ = ["doctor"]
