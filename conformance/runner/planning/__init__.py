"""What a run asks first, what it costs, and what a limit leaves out."""
