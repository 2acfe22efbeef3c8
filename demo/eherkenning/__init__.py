"""eHerkenning as the demo needs it: a herkenningsmakelaar with suppliers of means and a register of mandates.

It speaks interface DV-HM 1.13 to service providers: signed requests by Redirect or POST, answers by artifact
over mutual TLS or by POST, identifiers encrypted one by one.
"""
