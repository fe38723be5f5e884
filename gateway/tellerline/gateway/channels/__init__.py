"""The edges: each channel's protocol turned into calls of service handlers that know no server."""
