"""What `deploy/kubernetes` says: rendered, and validated by the schemas of Kubernetes."""
