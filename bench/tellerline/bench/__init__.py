"""The benchmark: floors, peers and the system measured in one run, reported as ratios."""
