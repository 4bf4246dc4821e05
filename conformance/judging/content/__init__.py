"""What a single request or answer says by itself, against the OpenAPI documents."""
