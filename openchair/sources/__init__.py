"""Where listings of any kind come from: a source, its runs, the plan, its application, history and undo.

Start at reconciling.py (pure), then applying.py. Knows nothing of meetings.
"""
