"""Service bodies, regions, venues, groups and meetings; feeds in; what a search for meetings means.

Start at listing.py (the shape everything speaks), models.py and searching.py. No imports here: the live half
loads parents, and it runs without Django.
"""
