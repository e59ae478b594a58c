"""The GAN itself: networks, losses, training, playing. Knows no medium and no Qt."""
