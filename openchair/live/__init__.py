"""The half without Django: search, health, and the way in to the pages. Raw ASGI. Start at app.py."""
