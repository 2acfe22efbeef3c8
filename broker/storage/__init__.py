"""Where things are kept: records that pass in Redis, what stays in the database, everything personal sealed.

The only package that knows Redis, SQLAlchemy and Alembic. Other packages get repositories and
the record store; what cannot be reached raises `broker.errors.StorageUnavailable`.
"""
