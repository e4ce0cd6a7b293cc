"""The gazetteer, time zones, distance and geocoding. Start at gazetteer.py. No Django."""
