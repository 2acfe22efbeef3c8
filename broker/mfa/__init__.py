"""Second factors of our own: codes of an app, by text message or read out by telephone, recovery codes.

`service` sends and judges codes, `enrolment` adds a factor, `upkeep` removes them. Guesses are counted before
they are compared, five for one attempt and purpose over all kinds and resends together; nothing is kept of a
new factor before a code has confirmed it.
"""
