"""Cash after it was withdrawn: what its terminal says came out, and what follows from that."""
