"""What a password must be, how it is kept, and how one is judged without telling anything else."""
