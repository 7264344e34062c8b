"""What has moved since a client last looked: a revision number for each topic."""
