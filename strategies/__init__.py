"""What requests are made of: Hypothesis strategies, the covering array, input data, and the backend that draws."""
