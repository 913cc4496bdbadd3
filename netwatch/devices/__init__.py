"""Who was it: addresses, MACs and names joined into devices; roles; coverage."""
