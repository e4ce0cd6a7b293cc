"""Backups: take one, try one out, go back to one. What each promises is in docs/operations.md, "Backups"."""
