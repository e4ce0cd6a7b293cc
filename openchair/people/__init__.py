"""People: pseudonymous accounts, the ways to sign in, sessions, blocks and reports.

An account is a name somebody gave themselves and a secret of theirs. Start at `accounts.py` (joining, changing the
secret, leaving), `signing_in.py` and `passkeys.py`; `models.py` says what is stored, which is all that a court or a
thief could find here.
"""
