"""Interactive voice response as data: flows read from files, and a pure machine that plays them."""
