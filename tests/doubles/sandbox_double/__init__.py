"""A twin of the vendor's sandbox on loopback addresses."""
