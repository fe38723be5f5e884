"""Keys and certificates for development, and a look at those that a system uses."""
