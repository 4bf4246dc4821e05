"""What several chapters use: `state_claims` for their rules, `named_sessions` for their tests."""
