"""Who may do what over the contract: the policy in force, and what became of grants."""
