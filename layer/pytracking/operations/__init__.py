"""What operators do to a stack, through boto3. The layer leaves this package out."""
