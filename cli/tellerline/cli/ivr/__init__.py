"""IVR flows at a terminal: a caller typed by hand, or read from a file."""
