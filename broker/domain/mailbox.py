"""Where mail to somebody goes."""

from __future__ import annotations

from broker.domain.accounts import Account
from broker.domain.email_address import InvalidEmailAddress, parse_email_address


def mailbox_of(account: Account) -> str | None:
    """Where mail to the account goes, in ASCII: what it says, and not what somebody typed, who may differ.

    None when that is no address today; there may be old ones.
    """
    try:
        return parse_email_address(account.email).ascii
    except InvalidEmailAddress:
        return None
