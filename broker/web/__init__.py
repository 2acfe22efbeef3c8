"""Translates HTTP: requests into the values that login and oidc understand, their decisions into pages.

Every blueprint is made by a function that is handed what it needs; nothing is looked up in globals.
"""
