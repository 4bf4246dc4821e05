"""A finding sent again: replayed, made short, tried without what it blames, and written as a script."""
