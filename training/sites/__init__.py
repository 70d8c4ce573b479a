"""Leave-one-site-out: what a network trained at some hospitals is worth at another."""
