"""What a call costs on a real Asterisk: callers, agents' telephones, the call centre between, and a bare script."""
