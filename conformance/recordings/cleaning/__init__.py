"""What cleaners, loggers and recorders leave in place of what was said: such a part of a recording is unknown."""
