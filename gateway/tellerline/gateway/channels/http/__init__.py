"""The services over HTTP and JSON for online banking: bearer tokens, resource paths, server-sent events."""
