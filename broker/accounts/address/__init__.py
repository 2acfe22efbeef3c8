"""Another e-mail address for an account: asked by its owner, confirmed by a link in a mail to it.

What is answered says nothing about others: whether the address is in use, only its owner's mailbox is told.
"""
