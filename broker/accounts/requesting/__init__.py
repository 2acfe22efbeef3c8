"""Somebody who acts for an organisation and has no account asks for one; a desk decides."""
