"""Energy as a home keeps it: samples integrated, hours and days of the owner's zone, the plug's own days weighed."""
