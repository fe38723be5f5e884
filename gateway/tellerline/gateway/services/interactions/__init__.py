"""The one view of a customer over the contract, masked until he has proved who he is."""
