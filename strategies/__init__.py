"""Input data for requests, the covering array, and a Hypothesis backend; no Hypothesis strategies."""
