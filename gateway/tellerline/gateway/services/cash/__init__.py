"""Cash over the contract: withdraw it, say what came out, look a withdrawal up."""
