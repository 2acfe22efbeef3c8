"""The steps of the login pipeline, one file each, in the order of `broker.login.pipeline.STEPS`.

A step gets the progress and gives a decision, or None to let the next step speak. Steps are pure.
"""
