"""How a model's answers change as its films get worse, and films made worse on purpose."""
