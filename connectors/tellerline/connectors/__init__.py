"""One folder per counterpart: build bytes, parse bytes, map errors. Hosts do not know each other."""
