"""The demo region: a fictional Landkreis with 14 municipalities, drawn from a seed."""
