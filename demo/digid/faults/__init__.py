"""What can be made to go wrong: one function for each fault, a table, and the switch for the next login.

The function's place says where the fault strikes: in the values (`answer`), at the key (`signature`), in
the signed tree or the bytes (`message`), or on the line (`kinds.Line`).
"""
