"""Turns a configuration into the objects that do the work; every fault in a named file is collected.

Only the composition root and `broker check` use it.
"""
