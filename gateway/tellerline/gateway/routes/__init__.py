"""The routing rules in force: read from their file, checked, put into force, remembered."""
