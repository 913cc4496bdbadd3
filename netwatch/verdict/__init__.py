"""What it proves: evidence in, verdict and reasons out."""
