"""The call centre's contract over a live site: requests in, commands out, states and events back."""
