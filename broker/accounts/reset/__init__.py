"""Links in mails with which people choose a password: a new one, or the first one of an account.

What a stranger can ask for tells nothing: the same work and the same answer whoever has the address. Looking
at a link changes nothing; using it is one transaction, of which a second try finds the trace in SQL.
"""
