"""What every simulated host keeps besides its ledger: bank day, references, requests received."""
