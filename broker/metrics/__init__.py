"""Figures about what the broker does, for Prometheus: what there is, how it is counted, how it is read.

Everybody counts through `broker.metrics.catalogue`; prometheus-client is known to one module only, and while
nobody asked for metrics counting costs one comparison.
"""
