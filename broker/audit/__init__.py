"""Writes down what happened, before the answer goes out.

When an event cannot be written the act fails: `record` raises `StorageUnavailable` and nothing is granted.
"""
