"""A DigiD simulator: SAML 3.x over real signatures and mutual TLS, refusing what the real one refuses.

Facts come from the specification "Koppelvlakspecificatie DigiD SAML Authenticatie" 3.7; the choices made
where it is silent are said where they are made. Nothing here is shared with the broker, so that the two
are a second opinion on each other.
"""
