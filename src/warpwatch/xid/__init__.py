"""What the driver's error codes mean, and who does what about them."""
