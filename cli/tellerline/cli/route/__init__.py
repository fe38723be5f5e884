"""Call routing on the command line: recorded calls, their replay, the comparison with theory, the answers to why."""
