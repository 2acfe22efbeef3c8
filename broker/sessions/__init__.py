"""The time between login and logout: kept on the server, per brand, ended here and nowhere else."""
