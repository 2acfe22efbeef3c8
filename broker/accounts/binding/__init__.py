"""Binds somebody who comes by eHerkenning to the account that was handed out to them, by a code.

Nothing else binds: an equal e-mail address never does, and nobody makes an account by logging in.
"""
