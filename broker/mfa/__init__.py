"""Second factors of our own: app codes, text messages, spoken codes, passkeys, recovery codes.

Nothing stands here yet, for DigiD brings its own second factor. The package keeps its place in the
import contract until accounts with a password of ours arrive, which need it.
"""
