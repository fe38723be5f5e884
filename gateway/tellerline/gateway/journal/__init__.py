"""What the gateway must not forget: transactions, limits, doubts, registrations, grants; one contract, two stores."""
