"""What every simulated identity provider needs: SAML's forms, signatures, artifacts, the servers, the faults.

Only what is the same at each of them lives here; what a scheme prescribes lives with its simulator.
"""
