"""A long conversation with the mock inside the process: shows whether a client can see a fault."""
