"""What a finding looks like: the conditions under which it shows, and the known defects that resemble it."""
