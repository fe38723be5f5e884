"""Keys and PINs behind a port: what a hardware security module does, and a software one for development."""
