"""Benchmarks that print ratios: how much a login costs against the cryptography that it cannot do without.

Absolute times say more about the machine than about the broker, so every figure is a ratio of two things
measured side by side in the same run. Only CPU time of the broker's own processes is counted.
"""
