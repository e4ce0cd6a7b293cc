"""One module a foreign format, each with one `parse`. Start at reading.py, then normalizing.py."""
