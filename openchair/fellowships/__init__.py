"""What each fellowship is, as data. Start at catalog.py; the facts lie in packs/<id>/."""
