"""Whether a client can see a fault: two shops get the same long conversation in one process, and answers are compared."""
