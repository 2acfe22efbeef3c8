"""What every answer of a SAML scheme is held against, whatever the scheme: named checks, in order.

A scheme adds its own (levels, who is named) and puts them into a table with these.
"""
