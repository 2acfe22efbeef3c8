"""The account area: where somebody who is logged in looks after their own account, ``/<brand>/account/…``."""
