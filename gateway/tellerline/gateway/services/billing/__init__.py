"""Agency payments over the contract: bills of a subscriber, and the payment of one."""
