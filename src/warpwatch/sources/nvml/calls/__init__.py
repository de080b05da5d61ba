"""What one call of the driver gives, family by family."""
