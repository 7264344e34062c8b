"""Django's backend for MySQL and MariaDB, made to compare texts as SQLite does."""
