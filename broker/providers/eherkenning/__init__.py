"""eHerkenning, as one herkenningsmakelaar speaks it to a service provider (Afsprakenstelsel, DV-HM 1.13).

Gives evidence of a person, of the organisation that the person acts for, and of the mandate; decides nothing.
"""
