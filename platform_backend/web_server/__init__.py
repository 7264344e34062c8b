"""The web server's own part: how requests arrive and answers leave. Knows nothing of Django or its apps."""
