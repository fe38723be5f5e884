"""Representatives of companies over the contract: who acts for one, for which accounts."""
