"""DigiD over SAML 3.x: a request with a level, an artifact, and the checks on what comes back.

Source: Logius, Koppelvlakspecificatie DigiD SAML Authenticatie 3.7.
"""
