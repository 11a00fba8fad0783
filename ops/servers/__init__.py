"""The private PostgreSQL and Mosquitto of an installation, run from the system's packages."""
