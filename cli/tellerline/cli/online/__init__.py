"""Online banking from the command line."""
