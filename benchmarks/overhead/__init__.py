"""What the runtime adds to the network: time beside it, processes, memory over many films, size."""
