"""Sample portals: ordinary sites that leave the login to the broker and keep a session of their own."""
