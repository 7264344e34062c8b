"""What all apps share. No models."""
