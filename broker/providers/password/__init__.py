"""Our own way of logging in: an address and a password, judged so that a refusal says nothing."""
