"""Loans over the contract: balance, schedule, repayment."""
