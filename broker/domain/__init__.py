"""The words of the trade as types: who somebody is, how sure we are, what happened.

Imports nothing of ours and does no input or output, so that every other package may build on it.
"""
