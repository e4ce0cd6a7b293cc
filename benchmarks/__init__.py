"""One file a claim. Each prints its numbers as ratios taken in one run; `python -m benchmarks` runs
them all.
"""
