"""What every subject needs from a database: connections, transactions, errors, migrations."""
