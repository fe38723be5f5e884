"""The tickets of the call centre: kept on either store, their clocks watched, served through the contract."""
