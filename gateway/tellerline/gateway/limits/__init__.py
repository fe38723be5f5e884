"""Transfer limits: which day an amount counts for, what a customer may ask for, which currency is offered."""
