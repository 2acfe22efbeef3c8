"""What can be made to go wrong or to be otherwise: one function for each, a table, and the place it strikes.

In the values (`answer` for the message, `identity` for who it is about), at the keys (`signature`), in the
encryption (`sealing`), in the signed tree or the bytes (`message`), or on the line. Some are no faults but
other ways to be right, and have to be accepted.
"""
