"""The billing host: agencies for telephone, mobile, water, electricity, gas and internet bills."""
