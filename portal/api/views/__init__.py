"""One thin view for each address: shape in, one service, shape out."""
