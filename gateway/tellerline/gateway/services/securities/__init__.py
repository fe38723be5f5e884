"""Securities over the contract: quotes, holdings, orders, trades, and transfers between bank and funds account."""
