"""A person whom a provider vouched for makes an account: name, address, a mail, a link, done.

Until the link is used nothing stands in the database but the waiting mail. What was filled in is one sealed
record, found by the person (so that a second login goes on with it) and gone after 24 hours.
"""
