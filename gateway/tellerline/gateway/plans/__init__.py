"""Plans of many legs, carried out: each leg a transaction of its own, the plan a row above them."""
