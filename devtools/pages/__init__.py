"""Pages that commands write: tables of the documentation that are made from the code and its data."""
