"""How people get an account and keep it in order. What an account is, `broker.domain.accounts` says."""
