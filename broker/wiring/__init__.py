"""Turns a configuration into the objects that do the work; every fault in a named file is collected.

The composition root, the commands and the worker use it.
"""
