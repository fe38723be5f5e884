"""The transaction platform: accept, authorise, journal, limit, route, exchange, settle, answer; and resolve doubt."""
