"""The portals for organisations, each in its own words: the page before the login, the menu by role."""
