"""The shop's service for currency conversion."""
