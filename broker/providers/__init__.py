"""Ways of finding out who somebody is: each provider asks an outside party and hands back evidence.

A provider decides nothing about access; it says authenticated, cancelled, failed or unavailable.
"""
