"""The vault: sealed documents, who may fetch them, and nothing of what is inside.

The browser seals (client/vault); this side stores bytes it can't open, keeps every version, and refuses a save that
has not read the newest one. Start at `documents.py`, then `sharing.py` and `groups.py`.
"""
