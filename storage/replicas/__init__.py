"""Several processes on one PostgreSQL database: who is alive, who leads, who presents, and who holds a lease."""
