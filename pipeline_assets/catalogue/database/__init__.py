"""What every subject needs of a database: connections, transactions, its errors, migrations."""
