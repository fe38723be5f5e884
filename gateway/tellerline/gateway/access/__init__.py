"""Who may do what: channels by policy, customers by grant, grants by PIN."""
