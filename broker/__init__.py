"""Voordeur: a login gateway in front of the portals of Dutch health insurers.

ARCHITECTURE.md tells which package owns what and follows one login through all of them.
"""

__version__ = "0.1.0"
