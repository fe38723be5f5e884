"""Bill agencies over MQ: telephone, mobile, water, electricity, gas, internet."""
