"""The OpenID Provider: what portals ask, what they get, and how that is proved.

Values in, values out: `broker.web` translates HTTP. Knows no provider and nothing of `broker.login`;
it alone uses Authlib and joserfc.
"""
