"""The machines around simulated GPUs, and what node_exporter would say of them."""
