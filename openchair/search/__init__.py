"""The search snapshot: columns, postings, rows, ranking and facets for any kind of listing. No Django.

Start at documents.py (what goes in), query.py (what is asked) and answering.py (what comes out).
"""
