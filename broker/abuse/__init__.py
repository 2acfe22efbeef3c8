"""How often strangers may try: limits that hold them back, and never lock out whom they try to be."""
