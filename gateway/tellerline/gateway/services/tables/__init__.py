"""The tables of public information over the contract: versions, and how two people change them."""
